package io.wardroom.common.audit;

import io.wardroom.common.web.RequestId;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/// Gives controllers the [Caller]; the address is what the gateway saw (`X-Forwarded-For`, which it overwrites).
final class CallerArgumentResolver implements HandlerMethodArgumentResolver {
    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Caller.class;
    }

    @Override
    public Object resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer view,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        var servlet = request.getNativeRequest(HttpServletRequest.class);
        if (servlet == null) {
            throw new IllegalStateException("no servlet request is bound to %s".formatted(parameter.getExecutable()));
        }
        return callerOf(servlet);
    }

    static Caller callerOf(HttpServletRequest request) {
        var forwarded = request.getHeader("X-Forwarded-For");
        return new Caller(
                forwarded == null ? request.getRemoteAddr() : forwarded.split(",", 2)[0].strip(),
                request.getHeader(HttpHeaders.USER_AGENT),
                MDC.get(RequestId.LOGGED));
    }
}
