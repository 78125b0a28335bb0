import { guardScript } from '../../update/guard.ts';
import { SERVICE } from '../layout.ts';

/** What the unit of one machine depends on. */
export interface UnitOptions {
  /** Program and words that start the agent. */
  readonly command: readonly string[];
  /** Data folder. */
  readonly home: string;
  /** The data folder is systemd's to make: /var/lib/labwatch. */
  readonly stateDirectory: boolean;
  /** The executable that updates itself, when it is one. */
  readonly executable?: string;
}

const MADE = '# Made by "labwatch agent install"; run it again to change something.';
export const RUN_FOLDER = `/run/${SERVICE}`;

/** A word of ExecStart= (systemd.service(5), "Command lines"): quoted, `%` and `$` doubled. */
export function unitWord(word: string): string {
  const plain = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w@%+=:,./$-]+$/.test(plain) ? plain : `"${plain.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/**
 * The unit of the agent. Root, because serial numbers in /sys and SMART of disks are only for root, but with what root could do
 * taken away. What is not there, and why: MemoryDenyWriteExecute (V8 compiles at run time), MemoryMax (a hard limit makes an old
 * PC read its own program from disk again and again), ProtectClock and PrivateDevices (they hide the disks), ProtectHome=yes
 * (the key of an X server lies in a home folder), ProtectControlGroups (the agent gives back memory through its own group).
 */
export function agentUnit({ command, home, stateDirectory, executable }: UnitOptions): string {
  const state = stateDirectory ? ['StateDirectory=labwatch', 'StateDirectoryMode=0700'] : [`ReadWritePaths=${unitWord(home)}`];
  const guard =
    executable === undefined
      ? ''
      : `# A new version that cannot start at all goes.\nExecStartPre=-/bin/sh -c ${unitWord(guardScript(executable))}\n`;
  return `${MADE}
[Unit]
Description=labwatch agent (health and use of this computer)
# At shutdown it says goodbye while the network is still there.
After=network.target nss-lookup.target
StartLimitIntervalSec=0

[Service]
Type=exec
${guard}ExecStart=${command.map(unitWord).join(' ')}
Restart=always
RestartSec=20
TimeoutStopSec=20
KillMode=mixed
${state.join('\n')}
RuntimeDirectory=${SERVICE}
RuntimeDirectoryMode=0700
UMask=0077

Nice=5
CPUWeight=20
IOWeight=20
IOSchedulingPriority=7
TasksMax=64

NoNewPrivileges=yes
ProtectSystem=strict
# Where an update puts a new version.
ReadWritePaths=-/opt/labwatch
ProtectHome=read-only
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@clock @mount @swap @reboot @module @debug @cpu-emulation @obsolete
SystemCallErrorNumber=EPERM
# To show a notice on a text terminal, as wall(1) does.
SupplementaryGroups=tty
# DAC: what belongs to a user, such as the key of an X server. RAWIO and ADMIN: SMART of SATA and of NVMe disks (smartctl).
CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_SYS_RAWIO CAP_SYS_ADMIN

[Install]
WantedBy=multi-user.target
`;
}

/**
 * Only builtins of the shell, so that it is one process for a few milliseconds. The agent counts up in `alive` every minute it
 * has looked at the machine; two looks of the watch at the same number mean that it hangs. No clock is asked: a machine that
 * slept, or whose clock was set, is not taken for hung, and neither is one whose disk is full (/run is memory).
 */
export const WATCH_SCRIPT = [
  `cd ${RUN_FOLDER} && read -r now <alive || exit 0`,
  '[ -r seen ] && read -r seen <seen || seen=',
  `[ "$now" != "$seen" ] || exec systemctl restart ${SERVICE}.service`,
  'echo "$now" >seen',
].join('; ');

/** Restarts an agent that hangs. Node cannot speak systemd's own watchdog (sd_notify wants a datagram socket). */
export const watchUnit = (): string => `${MADE}
[Unit]
Description=restarts the labwatch agent when it hangs
ConditionPathExists=${RUN_FOLDER}/alive

[Service]
Type=oneshot
ExecStart=/bin/sh -c ${unitWord(WATCH_SCRIPT)}
Nice=10
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=-${RUN_FOLDER}
ProtectHome=yes
PrivateNetwork=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_UNIX
CapabilityBoundingSet=
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
`;

/** Both clocks of the timer stand still while the machine sleeps, as the agent does. */
export const watchTimer = (): string => `${MADE}
[Unit]
Description=looks whether the labwatch agent hangs

[Timer]
OnActiveSec=5min
OnUnitActiveSec=5min
AccuracySec=30s

[Install]
WantedBy=timers.target
`;
