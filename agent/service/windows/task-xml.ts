/** A task of the Task Scheduler, in the words of its schema (learn.microsoft.com, "Task Scheduler Schema"; version 1.2: Windows 7 and later). */
export interface Task {
  readonly description: string;
  /** At the start of the machine, or when anybody logs on. */
  readonly at: 'boot' | 'logon';
  readonly file: string;
  /** Words of the command line. */
  readonly args: readonly string[];
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A word of a command line as programs of Windows take it apart (CommandLineToArgvW). */
export function windowsWord(word: string): string {
  if (word !== '' && !/[\s"]/.test(word)) return word;
  return `"${word.replaceAll(/(\\*)"/g, '$1$1\\"').replaceAll(/(\\+)$/g, '$1$1')}"`;
}

/** SYSTEM with all it may do; or whoever is logged on (S-1-5-32-545, Users) with as little as possible. */
const PRINCIPALS = {
  boot: '<UserId>S-1-5-18</UserId>\n      <RunLevel>HighestAvailable</RunLevel>',
  logon: '<GroupId>S-1-5-32-545</GroupId>\n      <RunLevel>LeastPrivilege</RunLevel>',
} as const;
const TRIGGERS = {
  boot: '<BootTrigger>\n      <Enabled>true</Enabled>\n      <Delay>PT30S</Delay>\n    </BootTrigger>',
  logon: '<LogonTrigger>\n      <Enabled>true</Enabled>\n      <Delay>PT20S</Delay>\n    </LogonTrigger>',
} as const;
/** One agent a machine; one helper a session, of which a machine may have several. */
const INSTANCES = { boot: 'IgnoreNew', logon: 'Parallel' } as const;

/** The text of a task. Never ended by a time limit, by the battery or by idleness. */
export function taskXml({ description, at, file, args }: Task): string {
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>${escape(description)}</Description>
  </RegistrationInfo>
  <Triggers>
    ${TRIGGERS[at]}
  </Triggers>
  <Principals>
    <Principal id="Author">
      ${PRINCIPALS[at]}
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>${INSTANCES[at]}</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>255</Count>
    </RestartOnFailure>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Hidden>true</Hidden>
    <Enabled>true</Enabled>
    <Priority>7</Priority>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${escape(file)}</Command>
      <Arguments>${escape(args.map(windowsWord).join(' '))}</Arguments>
    </Exec>
  </Actions>
</Task>
`;
}

/** As schtasks wants it: UTF-16, little end first, with its mark, and lines that end as in Windows. */
export const taskFile = (task: Task): Buffer => Buffer.from(`\uFEFF${taskXml(task).replaceAll('\n', '\r\n')}`, 'utf16le');
