package io.wardroom.ingest.intake;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.ArraySchema;
import io.swagger.v3.oas.models.media.BooleanSchema;
import io.swagger.v3.oas.models.media.ComposedSchema;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.DateTimeSchema;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.NumberSchema;
import io.swagger.v3.oas.models.media.ObjectSchema;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.media.UUIDSchema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.parameters.RequestBody;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.util.List;
import org.springdoc.core.customizers.OpenApiCustomizer;

/// Describes the hot route, which is no controller, in the API's document.
final class IngestDocument implements OpenApiCustomizer {
    @Override
    public void customise(OpenAPI document) {
        var components = document.getComponents() == null ? new Components() : document.getComponents();
        document.setComponents(components);
        components.addSecuritySchemes(
                "agent",
                new SecurityScheme()
                        .type(SecurityScheme.Type.HTTP)
                        .scheme("bearer")
                        .description("an agent's token, `ms_...`"));
        components.addSchemas("IngestBatch", batch());
        components.addSchemas("IngestItem", item());
        components.addSchemas("IngestAnswer", answer());
        components.addSchemas("IngestError", error());
        document.path(IngestServlet.PATH, new PathItem().post(operation()));
    }

    private static Operation operation() {
        return new Operation()
                .operationId("ingest")
                .summary("Hand over a batch of telemetry")
                .description(
                        "Answers 202 once every accepted item lies on all in-sync replicas. The same `batch_id` again "
                                + "is answered `duplicate: true` and stores nothing.")
                .addTagsItem("ingest")
                .addSecurityItem(new SecurityRequirement().addList("agent"))
                .addParametersItem(header(
                        IngestServlet.SIGNATURE,
                        "base64 of the Ed25519 signature over the 32 bytes of SHA-256 over the body's exact bytes"))
                .addParametersItem(header("Content-Encoding", "`gzip` or `zstd`"))
                .requestBody(new RequestBody()
                        .required(true)
                        .content(json(new ComposedSchema()
                                .addOneOfItem(reference("IngestBatch"))
                                .addOneOfItem(new ArraySchema().items(reference("IngestItem"))))))
                .responses(new ApiResponses()
                        .addApiResponse(
                                "202", new ApiResponse().description("taken").content(json(reference("IngestAnswer"))))
                        .addApiResponse("400", refusal("malformed"))
                        .addApiResponse("401", refusal("no valid agent token"))
                        .addApiResponse("403", refusal("a key is pinned and the signature is missing or not its own"))
                        .addApiResponse("409", refusal("this start is taken for a copy of the agent"))
                        .addApiResponse("413", refusal("too large"))
                        .addApiResponse("415", refusal("not JSON, or an encoding that is not understood"))
                        .addApiResponse(
                                "503",
                                refusal("cannot be stored now")
                                        .addHeaderObject("Retry-After", new Header().schema(new IntegerSchema()))));
    }

    private static Parameter header(String name, String description) {
        return new Parameter().in("header").name(name).description(description).schema(new StringSchema());
    }

    private static ApiResponse refusal(String description) {
        return new ApiResponse().description(description).content(json(reference("IngestError")));
    }

    private static Content json(Schema<?> schema) {
        return new Content().addMediaType("application/json", new MediaType().schema(schema));
    }

    private static Schema<?> reference(String name) {
        return new Schema<>().$ref("#/components/schemas/" + name);
    }

    private static Schema<?> batch() {
        return requiring(
                new ObjectSchema()
                        .addProperty("batch_id", new UUIDSchema())
                        .addProperty("instance_id", new StringSchema().maxLength(128))
                        .addProperty("seq", new IntegerSchema().format("int64"))
                        .addProperty("sent_at", new DateTimeSchema())
                        .addProperty("agent_version", new StringSchema().maxLength(64))
                        .addProperty("items", new ArraySchema().items(reference("IngestItem"))),
                "items");
    }

    private static Schema<?> item() {
        var type = new StringSchema();
        for (var one : List.of(
                "metric",
                "metrics",
                "heartbeat",
                "inventory",
                "alert",
                "honeypot_event",
                "process_dna",
                "connection",
                "processes")) {
            type.addEnumItem(one);
        }
        var labels = new ObjectSchema().additionalProperties(new StringSchema());
        var sample = requiring(
                new ObjectSchema()
                        .addProperty("name", new StringSchema().maxLength(255))
                        .addProperty("value", new NumberSchema())
                        .addProperty("labels", labels),
                "name",
                "value");
        return requiring(
                new ObjectSchema()
                        .description("What else an item holds depends on its type.")
                        .addProperty("type", type)
                        .addProperty("captured_at", new DateTimeSchema())
                        .addProperty("samples", new ArraySchema().items(sample))
                        .addProperty("name", new StringSchema())
                        .addProperty("value", new NumberSchema())
                        .addProperty("labels", labels)
                        .additionalProperties(Boolean.TRUE),
                "type");
    }

    private static Schema<?> answer() {
        var rejection = requiring(
                new ObjectSchema()
                        .addProperty("index", new IntegerSchema())
                        .addProperty("code", new StringSchema())
                        .addProperty("detail", new StringSchema()),
                "index",
                "code",
                "detail");
        return requiring(
                new ObjectSchema()
                        .addProperty("batch_id", new UUIDSchema())
                        .addProperty("accepted", new IntegerSchema().description("items stored by this request"))
                        .addProperty("duplicate", new BooleanSchema())
                        .addProperty("rejected", new ArraySchema().items(rejection))
                        .addProperty(
                                "retry_after",
                                new IntegerSchema().description("seconds to wait before the next batch of a backlog"))
                        .addProperty("server_time", new DateTimeSchema()),
                "batch_id",
                "accepted",
                "duplicate",
                "rejected",
                "retry_after",
                "server_time");
    }

    private static Schema<?> error() {
        var fault = requiring(
                new ObjectSchema().addProperty("field", new StringSchema()).addProperty("message", new StringSchema()),
                "field",
                "message");
        return requiring(
                new ObjectSchema()
                        .addProperty("detail", new StringSchema())
                        .addProperty("code", new StringSchema())
                        .addProperty("errors", new ArraySchema().items(fault)),
                "detail",
                "code");
    }

    private static Schema<?> requiring(Schema<?> schema, String... names) {
        for (var name : names) {
            schema.addRequiredItem(name);
        }
        return schema;
    }
}
