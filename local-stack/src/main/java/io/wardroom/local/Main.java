package io.wardroom.local;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What `./wardroom` calls once it has found Java and built what is stale.
final class Main {
    static final String CHECKOUT = "wardroom.checkout";
    private static final int USAGE = 64;
    private static final int TAIL_LINES = 100;

    private Main() {}

    public static void main(String[] arguments) {
        System.setProperty("log4j2.configurationFile", "io/wardroom/local/log4j2-launcher.xml");
        System.setProperty("log4j2.disable.jmx", "true");
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) {
        var checkout =
                Path.of(System.getProperty(CHECKOUT, "")).toAbsolutePath().normalize();
        var named = System.getenv().getOrDefault("WARDROOM_HOME", "");
        var home = new Home(named.isEmpty() ? checkout.resolve(".wardroom") : Path.of(named));
        var words = new ArrayList<>(arguments);
        var command = words.isEmpty() ? "help" : words.removeFirst();
        try {
            return switch (command) {
                case "up" -> up(home, checkout, words);
                case "down" -> {
                    refuse(words);
                    yield new Control(home, System.out).down();
                }
                case "status" -> {
                    refuse(words);
                    yield new Status(home, System.out).print();
                }
                case "mail" -> {
                    refuse(words);
                    yield new Mails(home).print(System.out);
                }
                case "integrator" -> integrator(home, words);
                case "simulate" -> new Simulation(home, checkout, System.getenv()).run(words);
                case "logs" -> logs(home, words);
                case "reset" -> reset(home, words);
                case "help", "--help", "-h" -> {
                    System.out.print(Help.text());
                    yield 0;
                }
                default -> throw new Usage("There is no command \"" + command + "\".");
            };
        } catch (Usage wrong) {
            System.err.println(wrong.getMessage() + " ./wardroom help tells what there is.");
            return USAGE;
        } catch (Trouble trouble) {
            System.err.println(trouble.getMessage() + " " + trouble.advice());
            return 1;
        } catch (IOException failed) {
            System.err.println("%s could not be read or written: %s".formatted(home.directory(), failed));
            return 1;
        }
    }

    private static int up(Home home, Path checkout, List<String> words) throws IOException {
        var detach = words.remove("--detach");
        var withAgent = !words.remove("--no-agent");
        var environment = new java.util.HashMap<>(System.getenv());
        var at = words.indexOf("--import");
        if (at >= 0) {
            if (at + 1 >= words.size()) {
                throw new Usage("--import needs a folder.");
            }
            words.remove(at);
            var folder = Path.of(words.remove(at)).toAbsolutePath().normalize();
            if (!Files.isDirectory(folder)) {
                throw new Usage("--import: there is no folder " + folder + ".");
            }
            environment.put("WARDROOM_IMPORT_DIR", folder.toString());
        }
        refuse(words);
        return detach
                ? new Control(home, System.out).upDetached(checkout, withAgent, environment)
                : new Launcher(home, checkout, environment, System.out).up(withAgent);
    }

    private static int integrator(Home home, List<String> words) throws IOException {
        var verb = words.isEmpty() ? "" : words.removeFirst();
        var desk = new IntegratorDesk(home, System.getenv(), System.out);
        return switch (verb) {
            case "add" -> {
                var tenant = optionOf(words, "--tenant");
                yield desk.add(nameIn(words), tenant);
            }
            case "remove" -> desk.remove(nameIn(words));
            case "list" -> {
                refuse(words);
                yield desk.list();
            }
            default -> throw new Usage("integrator wants add, remove or list.");
        };
    }

    private static String nameIn(List<String> words) {
        if (words.isEmpty()) {
            throw new Usage("The integrator needs a name.");
        }
        var name = words.removeFirst();
        refuse(words);
        return name;
    }

    private static Optional<String> optionOf(List<String> words, String option) {
        var at = words.indexOf(option);
        if (at < 0) {
            return Optional.empty();
        }
        if (at + 1 >= words.size()) {
            throw new Usage(option + " needs a value.");
        }
        words.remove(at);
        return Optional.of(words.remove(at));
    }

    private static int logs(Home home, List<String> words) throws IOException {
        var follow = words.remove("-f") | words.remove("--follow");
        if (words.size() > 1) {
            throw new Usage("logs takes one name.");
        }
        var names = new Logs(home).names();
        if (words.isEmpty() || !names.contains(words.getFirst())) {
            throw new Usage(
                    names.isEmpty() ? "There are no logs yet." : "logs of which? " + String.join(" ", names) + ".");
        }
        new Logs(home).print(words.getFirst(), TAIL_LINES, follow, System.out);
        return 0;
    }

    private static int reset(Home home, List<String> words) throws IOException {
        var sure = words.remove("--yes");
        refuse(words);
        if (!sure && !confirmed(home)) {
            System.out.println("Nothing was deleted.");
            return 1;
        }
        return new Control(home, System.out).reset();
    }

    private static boolean confirmed(Home home) {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            throw new Usage("reset deletes all data in " + home.directory() + "; without a terminal say --yes.");
        }
        var answer = console.readLine("Stop Wardroom and delete all its data in %s? [y/N] ", home.directory());
        return answer != null
                && Arrays.asList("y", "yes").contains(answer.strip().toLowerCase(java.util.Locale.ROOT));
    }

    private static void refuse(List<String> words) {
        if (!words.isEmpty()) {
            throw new Usage("\"" + words.getFirst() + "\" means nothing here.");
        }
    }

    private static final class Usage extends RuntimeException {
        private static final long serialVersionUID = 1;

        Usage(String sentence) {
            super(sentence);
        }
    }
}
