import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EnrolOutcome } from '../../../../ledger/index.ts';
import type { Counter } from '../../../../runtime/metrics.ts';
import type { AskedAt, HttpContext } from '../../context.ts';
import { countRequest, type Limiter } from '../../plugins/limits.ts';
import { ProblemError, type ProblemCode } from '../../problems.ts';
import type { EnrolmentAnswer, EnrolmentRequest } from '../../schemas/enrolment.ts';

type Reason = Extract<EnrolOutcome, { outcome: 'refused' }>['reason'];

export const ENROLMENT_REFUSALS: Readonly<Record<Reason, ProblemCode>> = {
  'unknown-token': 'TOKEN_UNKNOWN',
  expired: 'TOKEN_EXPIRED',
  'used-up': 'TOKEN_USED_UP',
  'token-revoked': 'TOKEN_REVOKED',
  'device-revoked': 'DEVICE_REVOKED',
};

/** A Host header that is no host (somebody plays) is taken as this machine: the answer helps nobody then, and harms nobody. */
function askedAt(request: FastifyRequest): AskedAt {
  const host = URL.parse(`https://${request.host}`)?.hostname ?? '';
  return { secure: request.protocol === 'https', host: host === '' ? 'localhost' : host };
}

/** The token is the key: no session is needed, and none helps. */
export async function enrol(
  context: HttpContext,
  { limiter, outcomes }: { limiter: Limiter; outcomes: Counter },
  request: FastifyRequest,
  reply: FastifyReply,
  body: EnrolmentRequest,
): Promise<EnrolmentAnswer> {
  await countRequest(limiter, request);
  const { credentials, audit } = context.ledger;
  const at = context.clock.now();
  const { uuid, board, macs, disks } = body.fingerprint;
  const fingerprint = {
    ...(uuid === undefined ? {} : { uuid }),
    ...(board === undefined ? {} : { board }),
    macs: [...new Set(macs)].toSorted(),
    disks: [...new Set(disks)].toSorted(),
  };
  const outcome = await credentials.enrol({ token: body.token, fingerprint, name: body.name.trim() || 'PC', at });
  outcomes.add({ outcome: outcome.outcome === 'refused' ? outcome.reason : outcome.outcome });
  if (outcome.outcome === 'refused') {
    if (outcome.reason !== 'unknown-token') await audit.write({ at, who: 'enrolment', what: `refused:${outcome.reason}`, subject: '' });
    throw new ProblemError(ENROLMENT_REFUSALS[outcome.reason]);
  }
  await audit.write({ at, who: 'enrolment', what: `enrolled:${outcome.outcome}`, subject: outcome.device });
  const { ca } = context.enrolment;
  reply.code(outcome.outcome === 'new' ? 201 : 200);
  return {
    device: outcome.device,
    secret: outcome.secret,
    broker: { url: context.enrolment.brokerUrl(askedAt(request)), ...(ca === undefined ? {} : { ca }) },
  };
}
