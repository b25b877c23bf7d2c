package io.wardroom.agent.inventory;

import io.wardroom.agent.host.HostFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The host's accounts as passwd(5) and group(5) list them.
///
/// @param members group name to the accounts in it, by its list or as their first group
public record Accounts(List<Account> accounts, Map<String, Set<String>> members) {
    private static final int MAX_ACCOUNTS = 20_000;
    private static final long MAX_BYTES = 16L << 20;

    /// @param home absolute, or empty
    public record Account(String name, long uid, long gid, String home, String shell) {}

    public static Accounts read(HostFiles files) throws IOException {
        return parse(files.lines("/etc/passwd", MAX_BYTES), files.lines("/etc/group", MAX_BYTES));
    }

    static Accounts parse(List<String> passwd, List<String> group) {
        var accounts = new ArrayList<Account>();
        for (var line : passwd) {
            var parts = line.split(":", -1);
            if (parts.length == 7 && isName(parts[0]) && isId(parts[2]) && isId(parts[3])) {
                var home = parts[5].startsWith("/") && parts[5].indexOf('\0') < 0 ? parts[5] : "";
                accounts.add(new Account(parts[0], Long.parseLong(parts[2]), Long.parseLong(parts[3]), home, parts[6]));
            }
            if (accounts.size() >= MAX_ACCOUNTS) {
                break;
            }
        }
        var members = new HashMap<String, Set<String>>();
        for (var line : group) {
            var parts = line.split(":", -1);
            if (parts.length != 4 || !isName(parts[0]) || !isId(parts[2])) {
                continue;
            }
            var names = new HashSet<String>();
            for (var name : parts[3].split(",")) {
                if (!name.isBlank()) {
                    names.add(name.strip());
                }
            }
            var gid = Long.parseLong(parts[2]);
            accounts.stream().filter(account -> account.gid() == gid).forEach(account -> names.add(account.name()));
            members.put(parts[0], Set.copyOf(names));
        }
        return new Accounts(List.copyOf(accounts), Map.copyOf(members));
    }

    public Map<Long, String> namesByUid() {
        var names = new HashMap<Long, String>();
        accounts.forEach(account -> names.putIfAbsent(account.uid(), account.name()));
        return names;
    }

    private static boolean isName(String text) {
        return !text.isBlank() && text.length() <= 256 && !text.startsWith("+") && !text.startsWith("-");
    }

    private static boolean isId(String text) {
        return text.matches("\\d{1,10}");
    }
}
