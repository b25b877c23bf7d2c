package io.wardroom.common.apidoc;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.swagger.v3.core.jackson.ModelResolver;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import org.springdoc.core.providers.ObjectMapperProvider;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/// Names fields in the API's document as they are named in JSON, and leaves out what a handler is given by the request
/// itself: the caller and their tenant are no parameters.
@AutoConfiguration
@ConditionalOnClass({ModelResolver.class, ObjectMapperProvider.class})
@ConditionalOnBooleanProperty(name = "springdoc.api-docs.enabled", matchIfMissing = true)
class ApiDocumentAutoConfiguration {
    static {
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(Actor.class, TenantId.class, Caller.class);
    }

    // springdoc reads types with a Jackson of its own, which knows nothing of the service's settings
    @Bean
    ModelResolver snakeCaseModels(ObjectMapperProvider mappers) {
        return new ModelResolver(
                mappers.jsonMapper().copy().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE));
    }
}
