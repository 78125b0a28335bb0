import { native, orNothing } from './native.ts';

/** https://learn.microsoft.com/windows/win32/api/wtsapi32/nf-wtsapi32-wtssendmessagew; lengths are in bytes. */
const sendMessage = native<number>(
  'wtsapi32.dll',
  'int __stdcall WTSSendMessageW(uintptr_t server, uint32_t session, void *title, uint32_t titleBytes, void *text, uint32_t textBytes, uint32_t style, uint32_t seconds, void *response, int wait)',
);

/** MB_OK, MB_ICONINFORMATION, MB_SETFOREGROUND, MB_TOPMOST. */
const STYLE = 0x40 | 0x1_0000 | 0x4_0000;
const SECONDS = 300;
/** WTSINFOEXW: SessionId at 8, SessionState at 12 (0 = active). */
const SESSION_ID = 8;
const SESSION_STATE = 12;

/** Sessions somebody looks at. Pure. @param infos WTSINFOEXW, one a session */
export function activeSessions(infos: readonly Uint8Array[]): number[] {
  const views = infos.map((info) => new DataView(info.buffer, info.byteOffset, info.byteLength));
  return views.filter((view) => view.getInt32(SESSION_STATE, true) === 0).map((view) => view.getUint32(SESSION_ID, true));
}

/** A box with one button in each active session; it goes away by itself after five minutes, and nobody waits for it. */
export function showInSessions(
  infos: readonly Uint8Array[] | undefined,
  title: string,
  text: string,
): 'shown' | 'nobody' | 'not_supported' {
  if (infos === undefined) return 'not_supported';
  const sessions = activeSessions(infos);
  if (sessions.length === 0) return 'nobody';
  const [head, body] = [Buffer.from(title, 'utf16le'), Buffer.from(text, 'utf16le')];
  const shown = sessions.map((session) =>
    orNothing(() => sendMessage(0, session, head, head.length, body, body.length, STYLE, SECONDS, Buffer.alloc(4), 0)),
  );
  return shown.some((result) => result !== undefined && result !== 0) ? 'shown' : 'not_supported';
}
