package io.wardroom.common.security;

import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.tenant.TenantScope;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.filter.OncePerRequestFilter;
import tools.jackson.databind.json.JsonMapper;

/// Binds the caller's tenant for the time of the request, so that every transaction in it is held to its rows.
final class TenantFilter extends OncePerRequestFilter {
    private final JsonMapper json;

    TenantFilter(JsonMapper json) {
        this.json = json;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!(SecurityContextHolder.getContext().getAuthentication() instanceof JwtAuthenticationToken caller)) {
            chain.doFilter(request, response);
            return;
        }
        Actor actor;
        try {
            actor = Actor.of(caller.getToken());
        } catch (IllegalArgumentException notOurs) {
            ServletSecurityAutoConfiguration.answer(
                    response, json, CommonProblem.FORBIDDEN, "the account has no role in any tenant");
            return;
        }
        request.setAttribute(ActorArgumentResolver.ACTOR, actor);
        try {
            TenantScope.within(actor.tenant(), () -> {
                chain.doFilter(request, response);
                return null;
            });
        } catch (ServletException | IOException | RuntimeException failure) {
            throw failure;
        } catch (Exception unexpected) {
            throw new ServletException(unexpected);
        }
    }
}
