import helmet from '@fastify/helmet';
import type { App } from '../context.ts';

/**
 * Nothing is fetched from elsewhere and nothing of ours is framed. uPlot and Swagger UI set style attributes, hence
 * 'unsafe-inline' for styles only. HSTS is left to whoever owns the host name: one host may serve plain HTTP beside us.
 */
export async function securityHeaders(app: App): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: false,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'same-origin' },
  });
}
