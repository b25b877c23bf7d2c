// Fetches ReDoc's ready-made bundle from its npm package into target/classes, for the page at /redoc.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const PACKAGE = "redoc@2.5.4";
const INTEGRITY = "sha512-M6jWhG1qoBnH6TFmzJnstyCZ87HmOY/UzDm78mHiYihEdlV/YcS9ogOo1NlElnJMeLsyxHFe2yFc4sNjHTrABQ==";

const [work, classes] = process.argv.slice(2);
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
const [packed] = JSON.parse(
    execFileSync("npm", ["pack", PACKAGE, "--json", "--prefer-offline", "--pack-destination", work], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
        timeout: 300_000,
    }),
);
if (packed.integrity !== INTEGRITY) {
    throw new Error(`${PACKAGE} is not what it was: ${packed.integrity}`);
}
execFileSync("tar", ["-xzf", join(work, packed.filename), "-C", work]);
mkdirSync(join(classes, "pages"), { recursive: true });
for (const name of ["redoc.standalone.js", "redoc.standalone.js.LICENSE.txt"]) {
    cpSync(join(work, "package", "bundles", name), join(classes, "pages", name));
}
