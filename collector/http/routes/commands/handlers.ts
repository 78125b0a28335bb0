import { COMMAND_REASONS, SELF_TEST_FINDINGS } from '../../../../protocol/commands.ts';
import type { CommandRecord, CommandSkip, CommandsOrdered, Id, Scope } from '../../../../ledger/index.ts';
import type { HttpContext } from '../../context.ts';
import { ProblemError, type ProblemCode } from '../../problems.ts';
import type { CommandPage, CommandRequest, CommandView, UnitCommands } from '../../schemas/command.ts';
import { rfc3339, rfc3339OrNull } from '../../time.ts';

const PROBLEM_OF: Readonly<Record<CommandSkip, ProblemCode>> = {
  'not-allowed': 'COMMAND_NOT_ALLOWED',
  'no-neighbour': 'NO_NEIGHBOUR',
  'no-address': 'ADDRESS_UNKNOWN',
  revoked: 'DEVICE_REVOKED',
};

function view(command: CommandRecord, zone: string): CommandView {
  const { id, name, device, notice, target, who, sentAt, reason, findings } = command;
  return {
    id,
    name,
    device,
    notice,
    target,
    who,
    at: rfc3339(command.at, zone),
    expiresAt: rfc3339(command.expiresAt, zone),
    state: command.state === 'waiting' && sentAt !== null ? 'sent' : command.state,
    settledAt: rfc3339OrNull(command.settledAt, zone),
    reason: reason === null ? null : { code: reason, text: COMMAND_REASONS[reason] },
    findings: findings.map((code) => ({ code, text: SELF_TEST_FINDINGS[code] })),
  };
}

/** @throws ProblemError DEVICE_UNKNOWN */
async function zoneOfDevice({ ledger }: HttpContext, id: Id): Promise<string> {
  const device = await ledger.devices.byId(id);
  const place = device === undefined ? undefined : await ledger.units.byId(device.unit);
  if (place === undefined) throw new ProblemError('DEVICE_UNKNOWN');
  return place.effectiveZone;
}

async function order(context: HttpContext, scope: Scope, { name, notice, minutes }: CommandRequest, who: string): Promise<CommandsOrdered> {
  const outcome = await context.ledger.commands.order({
    scope,
    name,
    at: context.clock.now(),
    who,
    ...(notice === undefined ? {} : { notice }),
    ...(minutes === undefined ? {} : { minutes }),
  });
  if (outcome === undefined) throw new ProblemError('unit' in scope ? 'UNIT_UNKNOWN' : 'DEVICE_UNKNOWN');
  context.ordered?.();
  return outcome;
}

/** @throws ProblemError DEVICE_UNKNOWN, DEVICE_REVOKED, COMMAND_NOT_ALLOWED, NO_NEIGHBOUR, ADDRESS_UNKNOWN */
export async function commandDevice(context: HttpContext, device: Id, request: CommandRequest, who: string): Promise<CommandView> {
  const zone = await zoneOfDevice(context, device);
  const { ordered, skipped } = await order(context, { device }, request, who);
  if (skipped[0] !== undefined) throw new ProblemError(PROBLEM_OF[skipped[0].reason]);
  return view(ordered[0]!, zone);
}

/** @throws ProblemError UNIT_UNKNOWN */
export async function commandUnit(context: HttpContext, unit: Id, request: CommandRequest, who: string): Promise<UnitCommands> {
  const place = await context.ledger.units.byId(unit);
  if (place === undefined) throw new ProblemError('UNIT_UNKNOWN');
  const { ordered, skipped } = await order(context, { unit }, request, who);
  return { items: ordered.map((command) => view(command, place.effectiveZone)), skipped: [...skipped] };
}

export async function listCommands(context: HttpContext, device: Id, limit: number): Promise<CommandPage> {
  const zone = await zoneOfDevice(context, device);
  const commands = await context.ledger.commands.list({ device, limit });
  return { items: commands.map((command) => view(command, zone)), next: null };
}
