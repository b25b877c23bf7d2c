package io.wardroom.common.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.MDC;
import org.springframework.web.filter.OncePerRequestFilter;

/// Gives each request its id, in the answer and in every log line.
final class RequestIdFilter extends OncePerRequestFilter {
    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var id = RequestId.from(request.getHeader(RequestId.HEADER));
        response.setHeader(RequestId.HEADER, id);
        MDC.put(RequestId.LOGGED, id);
        try {
            chain.doFilter(request, response);
        } finally {
            MDC.remove(RequestId.LOGGED);
        }
    }
}
