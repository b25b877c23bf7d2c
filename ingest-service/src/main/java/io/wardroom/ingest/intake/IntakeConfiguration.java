package io.wardroom.ingest.intake;

import io.micrometer.core.instrument.MeterRegistry;
import io.wardroom.ingest.agent.KnownAgents;
import io.wardroom.ingest.batch.BatchLimits;
import io.wardroom.ingest.batch.BatchParser;
import io.wardroom.ingest.batch.BodyOpener;
import io.wardroom.ingest.batch.KnownLayouts;
import io.wardroom.ingest.otlp.OtlpReader;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import tools.jackson.databind.json.JsonMapper;

/// The hot route and what it is made of.
@Configuration(proxyBeanMethods = false)
class IntakeConfiguration {
    @Bean
    KnownLayouts knownLayouts(IntakeProperties properties) {
        return new KnownLayouts(properties.layouts());
    }

    @Bean
    RecentBatches recentBatches(IntakeProperties properties) {
        return new RecentBatches(properties.remembered(), properties.memory());
    }

    @Bean
    InFlight inFlight(IntakeProperties properties) {
        return new InFlight(properties.inFlight().toBytes());
    }

    @Bean
    IntakeMetrics intakeMetrics(MeterRegistry meters, InFlight inFlight, RecentBatches recent, KnownLayouts layouts) {
        var metrics = new IntakeMetrics(meters);
        metrics.watch(inFlight, recent, layouts);
        return metrics;
    }

    @Bean
    Records records(JsonMapper json) {
        return new Records(json);
    }

    /// Bounded by the requests under way, each of which has at most one task here.
    @Bean(destroyMethod = "close")
    ExecutorService apart() {
        return Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("handover-", 0).factory());
    }

    @Bean
    Handover handover(
            ProducerFactory<String, byte[]> producers, Records records, KnownLayouts layouts, ExecutorService apart) {
        return new Handover(producers, records, layouts, apart);
    }

    @Bean
    SignatureEvents signatureEvents(
            IntakeProperties properties,
            Handover handover,
            Records records,
            IntakeMetrics metrics,
            ExecutorService apart) {
        return new SignatureEvents(properties.remembered(), handover, records, metrics, apart);
    }

    @Bean
    WarmUp warmUp(ConsumerFactory<?, ?> consumers, RecentBatches recent, IntakeProperties properties, Clock clock) {
        return new WarmUp(consumers, recent, properties, clock);
    }

    @Bean
    Answers answers(
            JsonMapper json, IntakeMetrics metrics, InFlight inFlight, Clock clock, IntakeProperties properties) {
        return new Answers(json, metrics, inFlight, clock, properties.retryAfter());
    }

    @Bean
    Quotas quotas(QuotaProperties properties) {
        return new Quotas(properties);
    }

    @Bean
    BodyReading bodyReading(BatchLimits limits, IntakeProperties properties) {
        return new BodyReading(limits.bodyBytes(), properties.bodyTime().toNanos());
    }

    @Bean
    Intake intake(
            BatchLimits limits,
            KnownLayouts layouts,
            Quotas quotas,
            RecentBatches recent,
            Handover handover,
            SignatureEvents signatures,
            IntakeMetrics metrics) {
        return new Intake(
                new BodyOpener(limits.bodyBytes()),
                new BatchParser(limits, layouts),
                quotas,
                recent,
                handover,
                signatures,
                metrics);
    }

    @Bean
    OtlpIntake otlpIntake(Intake intake, BatchLimits limits, KnownLayouts layouts, IntakeProperties properties) {
        return new OtlpIntake(
                intake,
                new OtlpReader(limits, layouts, properties.otlpFields()),
                properties.otlpDecoders(),
                properties.otlpPatience(),
                properties.answerTime());
    }

    /// These routes know agents' tokens and no others: their controllers look at them themselves, so no filter has to.
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    SecurityFilterChain agentRoutes() {
        var paths = PathPatternRequestMatcher.withDefaults();
        return new DefaultSecurityFilterChain(
                new OrRequestMatcher(
                        paths.matcher(HttpMethod.POST, "/api/v1/agents/*/heartbeat"),
                        paths.matcher(HttpMethod.POST, OtlpController.PATH)),
                List.of());
    }

    /// The servlet, the way to it and what the API's document says of it: one does not stay without the other.
    @Configuration(proxyBeanMethods = false)
    static class HotRoute {
        @Bean
        ServletRegistrationBean<IngestServlet> ingestServlet(
                KnownAgents agents,
                Intake intake,
                InFlight inFlight,
                Answers answers,
                Clock clock,
                BodyReading bodies,
                IntakeProperties properties) {
            var registration = new ServletRegistrationBean<>(
                    new IngestServlet(agents, intake, inFlight, answers, clock, bodies, properties.answerTime()),
                    IngestServlet.PATH);
            registration.setAsyncSupported(true);
            registration.setLoadOnStartup(1);
            return registration;
        }

        @Bean
        FilterRegistrationBean<ShortWay> shortWay(ServletRegistrationBean<IngestServlet> ingestServlet) {
            var servlet = Objects.requireNonNull(ingestServlet.getServlet());
            var registration = new FilterRegistrationBean<>(new ShortWay(servlet));
            registration.addUrlPatterns(IngestServlet.PATH);
            registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
            return registration;
        }

        @Bean
        OpenApiCustomizer ingestInDocument() {
            return new IngestDocument();
        }
    }
}
