import type { Log } from '../../runtime/log.ts';
import { Agent } from '../core/agent.ts';
import { agentFail } from '../errors.ts';
import { proxyRule } from '../net/proxy.ts';
import { systemClock } from '../platform/clock.ts';
import { openPlatform } from '../platform/index.ts';
import { PROBES } from '../probes/index.ts';
import type { Platform } from '../probes/probe.ts';
import type { AgentSettings } from '../settings.ts';
import type { SelfUpdate } from '../update/open.ts';
import { actionsOf } from './actions.ts';

export interface MakeAgentOptions {
  readonly settings: AgentSettings;
  readonly log: Log;
  /** The process is the agent's alone. Default false: in a process shared with others its CPU time and memory are unknown. */
  readonly ownProcess?: boolean;
  /** Where the broker is, when it is not where the enrolment said. */
  readonly brokerUrl?: string;
  /** Only where this program is an executable that may replace itself. */
  readonly self?: SelfUpdate;
  /** Ends this process so that its service manager starts it again; absent where none would. */
  readonly restartAgent?: () => void;
}

/** @throws LabwatchError AGENT_PLATFORM */
export function thisPlatform(): Platform {
  if (process.platform !== 'linux' && process.platform !== 'win32') throw agentFail('AGENT_PLATFORM', { why: process.platform });
  return openPlatform();
}

/** An agent for the machine it runs on. @throws LabwatchError AGENT_PLATFORM, AGENT_PROXY */
export function makeAgent(options: MakeAgentOptions): Agent {
  const { settings, log, ownProcess = false, brokerUrl, self, restartAgent } = options;
  const platform = thisPlatform();
  const proxyFor = proxyRule(settings, process.env);
  return new Agent({
    settings,
    log,
    clock: systemClock,
    platform,
    probes: PROBES,
    random: Math.random,
    ownProcess,
    brokerUrl,
    actions: { ...actionsOf(platform), ...(restartAgent === undefined ? {} : { restartAgent }) },
    proxyFor,
    ...(self === undefined ? {} : { self }),
  });
}
