import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EnrolOutcome, Fingerprint, ProofOutcome } from '../../../../ledger/index.ts';
import type { Counter } from '../../../../runtime/metrics.ts';
import type { AskedAt, HttpContext } from '../../context.ts';
import { countRequest, type Limiter } from '../../plugins/limits.ts';
import { ProblemError, type ProblemCode } from '../../problems.ts';
import type { EnrolmentAnswer, EnrolmentRequest } from '../../schemas/enrolment.ts';

type Reason = Extract<EnrolOutcome | ProofOutcome, { outcome: 'refused' }>['reason'];

export const ENROLMENT_REFUSALS: Readonly<Record<Reason, ProblemCode>> = {
  'unknown-token': 'TOKEN_UNKNOWN',
  expired: 'TOKEN_EXPIRED',
  'used-up': 'TOKEN_USED_UP',
  'token-revoked': 'TOKEN_REVOKED',
  'device-revoked': 'DEVICE_REVOKED',
  'unknown-secret': 'PROOF_REFUSED',
  'in-use': 'DEVICE_IN_USE',
  'too-many-clones': 'TOO_MANY_CLONES',
};
/** Anybody can be refused for these at no cost: they are counted, and would only fill the audit. */
const NOT_AUDITED: ReadonlySet<Reason> = new Set(['unknown-token', 'unknown-secret', 'in-use']);
const CLONES_PER_DAY = 100;
/** Room is made again as the day goes by. */
const CLONES_RETRY_SECONDS = 3_600;

/** A Host header that is no host (somebody plays) is taken as this machine: the answer helps nobody then, and harms nobody. */
function askedAt(request: FastifyRequest): AskedAt {
  const host = URL.parse(`https://${request.host}`)?.hostname ?? '';
  return { secure: request.protocol === 'https', host: host === '' ? 'localhost' : host };
}

function fingerprintOf({ fingerprint: { uuid, board, macs, disks } }: EnrolmentRequest): Fingerprint {
  return {
    ...(uuid === undefined ? {} : { uuid }),
    ...(board === undefined ? {} : { board }),
    macs: [...new Set(macs)].toSorted(),
    disks: [...new Set(disks)].toSorted(),
  };
}

/** Asks the ledger who this is. @throws ProblemError BAD_REQUEST unless there is either a token or a proof */
async function decide(context: HttpContext, body: EnrolmentRequest, at: number): Promise<EnrolOutcome | ProofOutcome> {
  const { credentials } = context.ledger;
  const { token, proof, twin } = body;
  const told = { fingerprint: fingerprintOf(body), name: body.name.trim() || 'PC', at };
  if (token !== undefined && proof === undefined) return credentials.enrol({ ...told, token, ...(twin === undefined ? {} : { twin }) });
  if (proof === undefined || token !== undefined) throw new ProblemError('BAD_REQUEST', { detail: 'either a token or a proof' });
  const { device, secret, boot, mono, duplicate = false } = proof;
  const { clonesPerDay = CLONES_PER_DAY } = context.enrolment;
  return credentials.prove({ ...told, device, secret, boot, bootAt: Math.round(at - mono), duplicate, twin: proof.twin, clonesPerDay });
}

/** Who became what, for people who look for it later. */
async function audit(context: HttpContext, body: EnrolmentRequest, outcome: EnrolOutcome | ProofOutcome, at: number): Promise<void> {
  const write = (what: string, subject: string) => context.ledger.audit.write({ at, who: 'enrolment', what, subject });
  if (outcome.outcome === 'refused') {
    if (!NOT_AUDITED.has(outcome.reason)) await write(`refused:${outcome.reason}`, body.proof?.device ?? '');
    return;
  }
  if (body.proof === undefined || outcome.outcome !== 'known') await write(`enrolled:${outcome.outcome}`, outcome.device);
  else if ('changed' in outcome && outcome.changed) await write('hardware-changed', outcome.device);
  if (outcome.outcome === 'clone') await write(`cloned-to:${outcome.device}`, body.proof?.device ?? '');
}

/** The token, or the secret of a device, is the key: no session is needed, and none helps. */
export async function enrol(
  context: HttpContext,
  { limiter, outcomes }: { limiter: Limiter; outcomes: Counter },
  request: FastifyRequest,
  reply: FastifyReply,
  body: EnrolmentRequest,
): Promise<EnrolmentAnswer> {
  await countRequest(limiter, request);
  const at = context.clock.now();
  const outcome = await decide(context, body, at);
  outcomes.add({ outcome: outcome.outcome === 'refused' ? outcome.reason : outcome.outcome });
  await audit(context, body, outcome, at);
  if (outcome.outcome === 'refused') {
    const code = ENROLMENT_REFUSALS[outcome.reason];
    throw new ProblemError(code, code === 'TOO_MANY_CLONES' ? { retryAfter: CLONES_RETRY_SECONDS } : {});
  }
  const { ca } = context.enrolment;
  const twin = 'twin' in outcome ? (outcome.twin ?? undefined) : body.twin;
  reply.code(outcome.outcome === 'new' || outcome.outcome === 'clone' ? 201 : 200);
  return {
    device: outcome.device,
    secret: outcome.secret,
    ...(twin === undefined ? {} : { twin }),
    broker: { ...brokerAt(context.enrolment.brokerUrl(askedAt(request))), ...(ca === undefined ? {} : { ca }) },
  };
}

/** One address, or several separated by commas, as the answer has them. */
function brokerAt(addresses: string): { url: string; urls?: string[] } {
  const [url = '', ...more] = addresses.split(',');
  return more.length === 0 ? { url } : { url, urls: [url, ...more] };
}
