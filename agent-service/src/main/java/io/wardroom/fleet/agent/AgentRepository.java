package io.wardroom.fleet.agent;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.Columns;
import io.wardroom.fleet.agent.AgentStatus.Liveness;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

@Repository
class AgentRepository {
    private static final TypeReference<Map<String, String>> LABELS = new TypeReference<>() {};
    private static final TypeReference<Map<String, @Nullable String>> OWN_LABELS = new TypeReference<>() {};
    private static final String COLUMNS = """
            a.id, a.tenant_id, a.machine_id, a.hostname, a.os, a.distro, a.kernel, a.arch, a.cpu_model, a.cpu_cores,
            a.ram_total_bytes, a.agent_version, a.labels, a.tags, a.token_sha256, a.signing_pubkey, a.signing_set_at,
            a.refused_instances, a.copy_of, a.copy_instance, a.first_seen_at, a.version""";
    private static final String SEEN = COLUMNS + """
            , p.last_seen_at, p.online_since, p.agent_version as reported_version,
            jsonb_strip_nulls(a.labels || a.own_labels) as shown_labels""";
    private static final String FILTER = """
            a.tenant_id = :tenant
            and (:os::text is null or lower(a.os) = lower(:os::text))
            and (:tag::text is null or :tag::text = any (a.tags))
            and (:search::text is null or a.hostname ilike :search::text escape '\\'
                or a.distro ilike :search::text escape '\\' or a.machine_id ilike :search::text escape '\\'
                or exists (select from agent_governance g
                    where g.agent_id = a.id and g.owner ilike :search::text escape '\\'))
            """;
    private static final String PRESENT = " join agent_presence p on p.agent_id = a.id and p.tenant_id = a.tenant_id";
    private static final String ONLINE = " and (p.last_seen_at > :seenAfter) = :online";
    // joined only where it is asked for: most lists are not narrowed by it
    private static final String GOVERNED = """
             join agent_governance g on g.agent_id = a.id and g.tenant_id = a.tenant_id
                and (:environment::text is null or g.environment = :environment::text)
                and (:criticality::text is null or g.criticality = :criticality::text)
                and (:owner::text is null or lower(g.owner) = lower(:owner::text))
                and (:businessUnit::text is null or lower(g.business_unit) = lower(:businessUnit::text))
            """;

    private final JdbcClient jdbc;
    private final JsonMapper json;

    AgentRepository(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /// An agent beside what is known of its life.
    ///
    /// @param labels those the machine gives itself, as people changed them
    record Seen(
            Agent agent,
            Map<String, String> labels,
            Instant lastSeenAt,
            Instant onlineSince,
            @Nullable String reportedVersion) {}

    /// What an agent is tagged and labelled with.
    ///
    /// @param labels    those the machine gives itself
    /// @param ownLabels what people changed of them; a null hides one
    record Marks(List<String> tags, Map<String, String> labels, Map<String, @Nullable String> ownLabels) {}

    record Page(List<Seen> items, long total) {}

    /// What a list is narrowed to; null means any.
    record Filter(
            @Nullable Liveness status,
            @Nullable String os,
            @Nullable String tag,
            @Nullable String search,
            @Nullable String environment,
            @Nullable String criticality,
            @Nullable String owner,
            @Nullable String businessUnit) {
        boolean byGovernance() {
            return environment != null || criticality != null || owner != null || businessUnit != null;
        }
    }

    /// @return false if the tenant has an agent for that machine already; nothing was written then
    boolean insertUnlessKnown(Agent agent) {
        var machine = agent.machine();
        var pin = agent.pin();
        var copy = agent.copy();
        var inserted = jdbc.sql("""
                        insert into agent
                            (id, tenant_id, machine_id, hostname, os, distro, kernel, arch, cpu_model, cpu_cores,
                             ram_total_bytes, agent_version, labels, tags, token_sha256, signing_pubkey,
                             signing_set_at, copy_of, copy_instance, first_seen_at, version)
                        values
                            (:id, :tenant, :machineId, :hostname, :os, :distro, :kernel, :arch, :cpuModel, :cpuCores,
                             :ramTotalBytes, :agentVersion, :labels::jsonb, :tags, :token, :pin, :pinnedAt,
                             :copyOf, :copyInstance, :firstSeenAt, :version)
                        on conflict (tenant_id, machine_id) do nothing
                        """)
                .param("id", agent.id())
                .param("tenant", agent.tenant().value())
                .param("tags", agent.tags().toArray(String[]::new))
                .param("firstSeenAt", Timestamp.from(agent.firstSeenAt()))
                .param("version", agent.version())
                .params(describe(machine))
                .param("token", agent.tokenSha256())
                .param("pin", pin == null ? null : pin.signingPubkey())
                .param("pinnedAt", pin == null ? null : Timestamp.from(pin.setAt()))
                .param("copyOf", copy == null ? null : copy.of())
                .param("copyInstance", copy == null ? null : copy.instance())
                .update();
        if (inserted == 0) {
            return false;
        }
        jdbc.sql("""
                        insert into agent_presence (agent_id, tenant_id, last_seen_at, online_since, agent_version)
                        values (:id, :tenant, :now, :now, :version)
                        """)
                .param("id", agent.id())
                .param("tenant", agent.tenant().value())
                .param("now", Timestamp.from(agent.firstSeenAt()))
                .param("version", machine.agentVersion())
                .update();
        return true;
    }

    void update(Agent agent) {
        var pin = agent.pin();
        var updated = jdbc.sql("""
                        update agent set
                            hostname = :hostname, os = :os, distro = :distro, kernel = :kernel, arch = :arch,
                            cpu_model = :cpuModel, cpu_cores = :cpuCores, ram_total_bytes = :ramTotalBytes,
                            agent_version = :agentVersion, labels = :labels::jsonb, token_sha256 = :token,
                            signing_pubkey = :pin, signing_set_at = :pinnedAt, refused_instances = :refused,
                            version = :version
                        where tenant_id = :tenant and id = :id and machine_id = :machineId and version = :before
                        """)
                .params(describe(agent.machine()))
                .param("token", agent.tokenSha256())
                .param("pin", pin == null ? null : pin.signingPubkey())
                .param("pinnedAt", pin == null ? null : Timestamp.from(pin.setAt()))
                .param("refused", agent.refused().toArray(String[]::new))
                .param("version", agent.version())
                .param("tenant", agent.tenant().value())
                .param("id", agent.id())
                .param("before", agent.version() - 1)
                .update();
        if (updated != 1) {
            throw new IllegalStateException("agent %s changed while it was locked".formatted(agent.id()));
        }
    }

    private Map<String, @Nullable Object> describe(Machine machine) {
        var values = new HashMap<String, @Nullable Object>();
        values.put("machineId", machine.machineId());
        values.put("hostname", machine.hostname());
        values.put("os", machine.os());
        values.put("distro", machine.distro());
        values.put("kernel", machine.kernel());
        values.put("arch", machine.arch());
        values.put("cpuModel", machine.cpuModel());
        values.put("cpuCores", machine.cpuCores());
        values.put("ramTotalBytes", machine.ramTotalBytes());
        values.put("agentVersion", machine.agentVersion());
        values.put("labels", json.writeValueAsString(machine.labels()));
        return values;
    }

    /// The agent of a machine, held until the transaction ends.
    Optional<Agent> lock(TenantId tenant, String machineId) {
        return jdbc.sql("select %s from agent a where a.tenant_id = :tenant and a.machine_id = :machine for update"
                        .formatted(COLUMNS))
                .param("tenant", tenant.value())
                .param("machine", machineId)
                .query(this::toAgent)
                .optional();
    }

    /// An agent, held until the transaction ends.
    Optional<Agent> lock(TenantId tenant, UUID id) {
        return jdbc.sql("select %s from agent a where a.tenant_id = :tenant and a.id = :id for update"
                        .formatted(COLUMNS))
                .param("tenant", tenant.value())
                .param("id", id)
                .query(this::toAgent)
                .optional();
    }

    /// The machine that was let in as this copy.
    Optional<Agent> findCopy(TenantId tenant, Agent.Copy copy) {
        return jdbc.sql("""
                        select %s from agent a
                        where a.tenant_id = :tenant and a.copy_of = :of and a.copy_instance = :instance
                        """.formatted(COLUMNS))
                .param("tenant", tenant.value())
                .param("of", copy.of())
                .param("instance", copy.instance())
                .query(this::toAgent)
                .optional();
    }

    /// Across tenants: the hash of 256 random bits says by itself whose it is.
    @Transactional(readOnly = true)
    public Optional<Agent> findByToken(String tokenSha256) {
        return jdbc.sql("select %s from agent a where a.token_sha256 = :token".formatted(COLUMNS))
                .param("token", tokenSha256)
                .query(this::toAgent)
                .optional();
    }

    Optional<Seen> find(TenantId tenant, UUID id) {
        return jdbc.sql("""
                        select %s
                        from agent a join agent_presence p on p.agent_id = a.id and p.tenant_id = a.tenant_id
                        where a.tenant_id = :tenant and a.id = :id
                        """.formatted(SEEN))
                .param("tenant", tenant.value())
                .param("id", id)
                .query(this::toSeen)
                .optional();
    }

    Page list(TenantId tenant, Filter filter, Instant now, int offset, int limit) {
        var search = filter.search();
        var values = new HashMap<String, @Nullable Object>();
        values.put("tenant", tenant.value());
        values.put("online", filter.status() == null ? null : filter.status() == Liveness.ONLINE);
        values.put("seenAfter", Timestamp.from(now.minus(AgentStatus.PATIENCE)));
        values.put("os", filter.os());
        values.put("tag", filter.tag());
        values.put("search", search == null ? null : "%" + search.replaceAll("([\\\\%_])", "\\\\$1") + "%");
        values.put("environment", filter.environment());
        values.put("criticality", filter.criticality());
        values.put("owner", filter.owner());
        values.put("businessUnit", filter.businessUnit());
        var governed = filter.byGovernance() ? GOVERNED : "";
        var where = " where " + FILTER + (filter.status() == null ? "" : ONLINE);
        var items = jdbc.sql("""
                        select %s from agent a %s order by a.hostname, a.id offset :offset limit :limit
                        """.formatted(SEEN, PRESENT + governed + where))
                .params(values)
                .param("offset", offset)
                .param("limit", limit)
                .query(this::toSeen)
                .list();
        // every agent has a row of its presence: counting them needs it only where it narrows
        var total = jdbc.sql(
                        "select count(*) from agent a" + (filter.status() == null ? "" : PRESENT) + governed + where)
                .params(values)
                .query(Long.class)
                .single();
        return new Page(items, total);
    }

    /// Keeps an agent from being deleted or edited until the transaction ends.
    ///
    /// @return what it is marked with; nothing where the tenant has no such agent
    Optional<Marks> lockMarks(TenantId tenant, UUID id) {
        return jdbc.sql("""
                        select tags, labels, own_labels from agent where tenant_id = :tenant and id = :id
                        for no key update
                        """)
                .param("tenant", tenant.value())
                .param("id", id)
                .query((row, _) -> new Marks(
                        Columns.texts(row, "tags"),
                        json.readValue(row.getString("labels"), LABELS),
                        json.readValue(row.getString("own_labels"), OWN_LABELS)))
                .optional();
    }

    void mark(TenantId tenant, UUID id, List<String> tags, Map<String, @Nullable String> ownLabels) {
        jdbc.sql("""
                        update agent set tags = :tags, own_labels = :labels::jsonb
                        where tenant_id = :tenant and id = :id
                        """)
                .param("tags", tags.toArray(String[]::new))
                .param("labels", json.writeValueAsString(ownLabels))
                .param("tenant", tenant.value())
                .param("id", id)
                .update();
    }

    /// @return the agent that was deleted
    Optional<Agent> delete(TenantId tenant, UUID id) {
        return jdbc.sql("delete from agent a where a.tenant_id = :tenant and a.id = :id returning %s"
                        .formatted(COLUMNS))
                .param("tenant", tenant.value())
                .param("id", id)
                .query(this::toAgent)
                .optional();
    }

    private Seen toSeen(ResultSet row, int number) throws SQLException {
        return new Seen(
                toAgent(row, number),
                json.readValue(row.getString("shown_labels"), LABELS),
                row.getTimestamp("last_seen_at").toInstant(),
                row.getTimestamp("online_since").toInstant(),
                row.getString("reported_version"));
    }

    private Agent toAgent(ResultSet row, int number) throws SQLException {
        var key = row.getString("signing_pubkey");
        var pinnedAt = Columns.instant(row, "signing_set_at");
        var copyOf = row.getObject("copy_of", UUID.class);
        var copyInstance = row.getString("copy_instance");
        return new Agent(
                row.getObject("id", UUID.class),
                new TenantId(row.getObject("tenant_id", UUID.class)),
                new Machine(
                        row.getString("machine_id"),
                        row.getString("hostname"),
                        row.getString("os"),
                        row.getString("distro"),
                        row.getString("kernel"),
                        row.getString("arch"),
                        row.getString("cpu_model"),
                        row.getObject("cpu_cores", Integer.class),
                        row.getObject("ram_total_bytes", Long.class),
                        row.getString("agent_version"),
                        json.readValue(row.getString("labels"), LABELS)),
                Columns.texts(row, "tags"),
                row.getString("token_sha256"),
                key == null || pinnedAt == null ? null : new Agent.Pin(key, pinnedAt),
                Columns.texts(row, "refused_instances"),
                copyOf == null || copyInstance == null ? null : new Agent.Copy(copyOf, copyInstance),
                row.getTimestamp("first_seen_at").toInstant(),
                row.getLong("version"));
    }
}
