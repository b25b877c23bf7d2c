package io.wardroom.ingest.otlp;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.wardroom.ingest.batch.MalformedBatch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The two forms of OTLP over HTTP. A request is answered in its own.
///
/// @see <a href="https://opentelemetry.io/docs/specs/otlp/#otlphttp">OTLP/HTTP</a>
public enum OtlpForm {
    PROTOBUF("application/x-protobuf"),
    JSON("application/json");

    // names of fields as OTLP has them (lowerCamelCase), enums as numbers; what a newer version adds is passed over.
    // The ids of traces, hexadecimal in OTLP's JSON, stand in exemplars alone, which are not read
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();
    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().omittingInsignificantWhitespace();

    private static final int DEEPEST = 64;

    private final String mediaType;

    OtlpForm(String mediaType) {
        this.mediaType = mediaType;
    }

    /// @param contentType as it came, or null
    public static Optional<OtlpForm> of(@Nullable String contentType) {
        if (contentType == null) {
            return Optional.empty();
        }
        var end = contentType.indexOf(';');
        return switch ((end < 0 ? contentType : contentType.substring(0, end))
                .strip()
                .toLowerCase(Locale.ROOT)) {
            case "application/x-protobuf" -> Optional.of(PROTOBUF);
            case "application/json" -> Optional.of(JSON);
            default -> Optional.empty();
        };
    }

    public String mediaType() {
        return mediaType;
    }

    /// @param mostFields how many fields, objects and elements it may hold: each is an object in memory, of which two
    ///                   bytes can make a hundred
    ExportMetricsServiceRequest read(byte[] body, int length, int mostFields) throws MalformedBatch {
        try {
            var fields = this == PROTOBUF ? fieldsOfProtobuf(body, length, mostFields) : fieldsOfJson(body, length);
            if (fields > mostFields) {
                throw MalformedBatch.tooLarge("body", "holds more than %d fields".formatted(mostFields));
            }
            if (this == PROTOBUF) {
                return ExportMetricsServiceRequest.parser().parseFrom(body, 0, length);
            }
            var request = ExportMetricsServiceRequest.newBuilder();
            PARSER.merge(
                    new InputStreamReader(
                            new ByteArrayInputStream(body, 0, length), StandardCharsets.UTF_8.newDecoder()),
                    request);
            return request.build();
        } catch (InvalidProtocolBufferException | CharacterCodingException malformed) {
            throw malformed();
        } catch (IOException impossible) {
            throw new IllegalStateException("an array could not be read", impossible);
        }
    }

    /// What may become an object of its own; those in texts are counted too.
    private static int fieldsOfJson(byte[] body, int length) {
        var fields = 0;
        for (var i = 0; i < length; i++) {
            if (body[i] == '{' || body[i] == '[' || body[i] == ',') {
                fields++;
            }
        }
        return fields;
    }

    private static int fieldsOfProtobuf(byte[] body, int length, int most) throws IOException {
        return fieldsOf(
                CodedInputStream.newInstance(body, 0, length), ExportMetricsServiceRequest.getDescriptor(), most, 0);
    }

    /// @return more than `most` as soon as that is known
    private static int fieldsOf(CodedInputStream in, Descriptor type, int most, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new InvalidProtocolBufferException("is nested too deep");
        }
        var fields = 0;
        for (var tag = in.readTag(); tag != 0 && fields <= most; tag = in.readTag()) {
            fields++;
            var field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
            if (field != null
                    && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                    && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                var outer = in.pushLimit(in.readRawVarint32());
                fields += fieldsOf(in, field.getMessageType(), most - fields, depth + 1);
                if (fields > most) {
                    return fields;
                }
                in.popLimit(outer);
            } else {
                in.skipField(tag);
            }
        }
        return fields;
    }

    private MalformedBatch malformed() {
        return MalformedBatch.at(
                "body",
                "is no ExportMetricsServiceRequest in " + (this == PROTOBUF ? "Protobuf" : "the JSON of Protobuf"));
    }

    /// @param rejected points that were not taken
    /// @param why      empty where all were
    public byte[] answer(long rejected, String why) {
        var answer = ExportMetricsServiceResponse.newBuilder();
        if (rejected > 0) {
            answer.setPartialSuccess(ExportMetricsPartialSuccess.newBuilder()
                    .setRejectedDataPoints(rejected)
                    .setErrorMessage(why));
        }
        return write(answer.build());
    }

    /// A refusal of the whole request.
    ///
    /// @param httpStatus what its status line says
    public byte[] refusal(int httpStatus, String message) {
        var code =
                switch (httpStatus) {
                    case 401 -> Code.UNAUTHENTICATED;
                    case 403 -> Code.PERMISSION_DENIED;
                    case 413 -> Code.OUT_OF_RANGE;
                    case 429 -> Code.RESOURCE_EXHAUSTED;
                    case 503 -> Code.UNAVAILABLE;
                    default -> httpStatus < 500 ? Code.INVALID_ARGUMENT : Code.INTERNAL;
                };
        return write(Status.newBuilder()
                .setCode(code.getNumber())
                .setMessage(message)
                .build());
    }

    private byte[] write(Message message) {
        try {
            return this == PROTOBUF
                    ? message.toByteArray()
                    : PRINTER.print(message).getBytes(StandardCharsets.UTF_8);
        } catch (InvalidProtocolBufferException impossible) {
            throw new IllegalStateException("an answer without details could not be written", impossible);
        }
    }
}
