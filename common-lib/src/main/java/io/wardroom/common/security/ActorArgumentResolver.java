package io.wardroom.common.security;

import io.wardroom.common.tenant.TenantId;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/// Gives controllers the caller's [Actor] or [TenantId]; both come from the token, never from the request's body.
final class ActorArgumentResolver implements HandlerMethodArgumentResolver {
    static final String ACTOR = Actor.class.getName();

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Actor.class || parameter.getParameterType() == TenantId.class;
    }

    @Override
    public Object resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer view,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        var servlet = request.getNativeRequest(HttpServletRequest.class);
        if (servlet == null || !(servlet.getAttribute(ACTOR) instanceof Actor actor)) {
            throw new IllegalStateException("no actor is bound to %s".formatted(parameter.getExecutable()));
        }
        return parameter.getParameterType() == Actor.class ? actor : actor.tenant();
    }
}
