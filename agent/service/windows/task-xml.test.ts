import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Task, taskFile, taskXml, windowsWord } from './task-xml.ts';

const golden = (name: string): string => readFileSync(fileURLToPath(new URL(`cases/${name}`, import.meta.url)), 'utf8');
const EXE = 'C:\\Program Files\\labwatch\\labwatch-agent.exe';

const HELPER: Task = { description: 'labwatch: how long nobody has touched this session', at: 'logon', file: EXE, args: ['helper'] };
const AGENT: Task = {
  description: 'labwatch <agent> & "friends"',
  at: 'boot',
  file: EXE,
  args: ['service', '--config', 'C:\\Program Data\\labwatch\\agent.toml'],
};

describe('tasks', () => {
  test('are as recorded', () => {
    expect(taskXml(HELPER)).toBe(golden('session-helper.xml'));
    expect(taskXml(AGENT)).toBe(golden('agent-task.xml'));
  });

  test('are files in UTF-16 with a mark and the line ends of Windows', () => {
    const bytes = taskFile(HELPER);
    expect(bytes.subarray(0, 4).toString('hex')).toBe('fffe3c00');
    const text = bytes.toString('utf16le').slice(1);
    expect(text).toBe(taskXml(HELPER).replaceAll('\n', '\r\n'));
    expect(text).toMatch(/^<\?xml version="1\.0" encoding="UTF-16"\?>\r\n/);
  });

  test('the helper belongs to every user with no more rights than they have; the agent to the system', () => {
    expect(taskXml(HELPER)).toMatch(/<GroupId>S-1-5-32-545<\/GroupId>\s+<RunLevel>LeastPrivilege</);
    expect(taskXml(AGENT)).toMatch(/<UserId>S-1-5-18<\/UserId>\s+<RunLevel>HighestAvailable</);
    for (const task of [HELPER, AGENT]) expect(taskXml(task)).toContain('<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>');
  });
});

test.each([
  ['helper', 'helper'],
  ['C:\\Program Files\\x', '"C:\\Program Files\\x"'],
  ['C:\\Program Files\\', '"C:\\Program Files\\\\"'],
  ['say "x"', '"say \\"x\\""'],
  ['a\\"b', '"a\\\\\\"b"'],
  ['', '""'],
])('the word %j stands on a command line of Windows as %s', (word, written) => expect(windowsWord(word)).toBe(written));
