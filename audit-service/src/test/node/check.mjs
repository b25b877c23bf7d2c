// Reads an AsyncAPI document from standard input with the specification's own parser; prints what is wrong with it.
import { text } from "node:stream/consumers";
import { Parser } from "@asyncapi/parser";
import { ProtoBuffSchemaParser } from "@asyncapi/protobuf-schema-parser";

const parser = new Parser();
parser.registerSchemaParser(ProtoBuffSchemaParser());
const { document, diagnostics } = await parser.parse(await text(process.stdin));
for (const fault of diagnostics.filter(({ severity }) => severity <= 1)) {
    console.log(`${fault.severity === 0 ? "error" : "warning"} ${fault.code} ${fault.path.join("/")}: ${fault.message}`);
}
console.log(document ? `${document.channels().length} channels, ${document.messages().length} messages` : "no document");
process.exitCode = document && diagnostics.every(({ severity }) => severity > 0) ? 0 : 1;
