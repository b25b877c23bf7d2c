package io.wardroom.purple.catalogue;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/// The version of ATT&CK that everything reads.
@Service
public class Catalogue {
    private final JdbcClient jdbc;

    Catalogue(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// One column of the matrix.
    ///
    /// @param shortname such as `initial-access`
    public record Tactic(String shortname, String mitreId, String name) {}

    /// The columns of the matrix in their order; none while no catalogue was read.
    @Transactional(readOnly = true)
    public List<Tactic> tactics() {
        return jdbc.sql("""
                        select shortname, mitre_id, name from tactic
                        where catalogue = (select catalogue from catalogue_current) order by position
                        """)
                .query((row, _) -> new Tactic(row.getString(1), row.getString(2), row.getString(3)))
                .list();
    }

    /// The first of the names that is no tactic. While no catalogue was read, any may be one.
    @Transactional(readOnly = true)
    public Optional<String> unknownAmong(List<String> shortnames) {
        var known = new HashSet<String>();
        tactics().forEach(tactic -> known.add(tactic.shortname()));
        return known.isEmpty()
                ? Optional.empty()
                : shortnames.stream().filter(name -> !known.contains(name)).findFirst();
    }

    /// The same names, each once, in the order of the matrix.
    @Transactional(readOnly = true)
    public List<String> inOrder(List<String> shortnames) {
        var order = tactics().stream().map(Tactic::shortname).toList();
        return shortnames.stream()
                .distinct()
                .sorted(Comparator.comparingInt(order::indexOf))
                .toList();
    }
}
