package io.wardroom.common.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.authorization.AuthorizationEventPublisher;
import org.springframework.security.authorization.method.PreAuthorizeAuthorizationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.util.SimpleMethodInvocation;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/// Asks for a handler's role before the request is read: whoever may not do it at all is told so (403), and not what
/// is wrong with the body (400). A rule about the handler's arguments is left to the handler's own check.
final class RolesFirst implements HandlerInterceptor {
    private final PreAuthorizeAuthorizationManager rules = new PreAuthorizeAuthorizationManager();
    private final AuthorizationEventPublisher events;

    RolesFirst(AuthorizationEventPublisher events) {
        this.events = events;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (handler instanceof HandlerMethod method && isAboutRoles(method)) {
            check(method);
        }
        return true;
    }

    private void check(HandlerMethod method) {
        var controller =
                Objects.requireNonNullElse(AopProxyUtils.getSingletonTarget(method.getBean()), method.getBean());
        var decision = rules.authorize(RolesFirst::caller, new SimpleMethodInvocation(controller, method.getMethod()));
        if (decision != null && !decision.isGranted()) {
            events.publishAuthorizationEvent(RolesFirst::caller, method, decision);
            throw new AuthorizationDeniedException("the role does not allow this", decision);
        }
    }

    private static @Nullable Authentication caller() {
        return SecurityContextHolder.getContext().getAuthentication();
    }

    private static boolean isAboutRoles(HandlerMethod method) {
        var own = method.getMethodAnnotation(PreAuthorize.class);
        var rule = own == null
                ? AnnotatedElementUtils.findMergedAnnotation(method.getBeanType(), PreAuthorize.class)
                : own;
        return rule != null && !rule.value().contains("#");
    }
}
