package io.wardroom.common.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.telemetry.SeriesLayout.SeriesName;
import io.wardroom.common.tenant.TenantId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SeriesLayoutTest {
    private static final TenantId TENANT = TenantId.of("01890000-0000-7000-8000-000000000001");
    private static final TenantId OTHER = TenantId.of("01890000-0000-7000-8000-000000000002");

    @Test
    void theIdTellsOrderNamesLabelsAndTenantsApart() {
        var one = layout(series("a", Map.of("k", "v")), series("b", Map.of()));

        assertThat(one.id(TENANT))
                .isEqualTo(layout(series("a", Map.of("k", "v")), series("b", Map.of()))
                        .id(TENANT));
        assertThat(one.id(TENANT)).isNotEqualTo(one.id(OTHER));
        assertThat(one.id(TENANT))
                .isNotEqualTo(layout(series("b", Map.of()), series("a", Map.of("k", "v")))
                        .id(TENANT));
        assertThat(one.id(TENANT))
                .isNotEqualTo(layout(series("a", Map.of("kv", "")), series("b", Map.of()))
                        .id(TENANT));
        assertThat(one.id(TENANT))
                .isNotEqualTo(layout(series("ak", Map.of("", "v")), series("b", Map.of()))
                        .id(TENANT));
    }

    @Test
    void theMessageCarriesTheSeriesInOrder() {
        var message = layout(series("z", Map.of("b", "2", "a", "1")), series("y", Map.of()))
                .toProto(TENANT);

        assertThat(message.getSeriesList())
                .extracting(series -> series.getName())
                .containsExactly("z", "y");
        assertThat(message.getSeries(0).getLabelsList())
                .extracting(label -> label.getKey() + "=" + label.getValue())
                .containsExactly("a=1", "b=2");
        assertThat(message.getLayoutId().size()).isEqualTo(SeriesLayout.ID_BYTES);
    }

    private static SeriesLayout layout(SeriesName... series) {
        return new SeriesLayout(List.of(series));
    }

    private static SeriesName series(String name, Map<String, String> labels) {
        return new SeriesName(name, new TreeMap<>(labels));
    }
}
