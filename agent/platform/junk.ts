/**
 * Values that makers leave in the firmware instead of a real one. They are the same on thousands of machines, so they
 * identify nothing. Pure; compared without regard to case, spaces and punctuation around them.
 */

/** Whole texts, in lower case with runs of spaces squeezed. */
const JUNK_TEXTS = new Set([
  'default string',
  'to be filled by o.e.m',
  'to be filled by oem',
  'to be filled',
  'system serial number',
  'system manufacturer',
  'system product name',
  'system version',
  'system name',
  'base board serial number',
  'baseboard serial number',
  'board serial number',
  'chassis serial number',
  'serial number',
  'serial',
  'serialnum',
  'ssn',
  'none',
  'null',
  'n/a',
  'na',
  'no',
  'not specified',
  'not applicable',
  'not available',
  'not present',
  'not provided',
  'not defined',
  'no enclosure',
  'no dimm',
  'no module installed',
  'empty',
  'unknown',
  'undefined',
  'unspecified',
  'invalid',
  'oem',
  'o.e.m',
  'type1productconfigid',
  'type2 - board serial number',
  'filled by oem',
  'dummy',
  'test',
  'bsn12345678901234567',
  'bsn-1234567890',
  'mb-1234567890',
  '1234567',
  '12345678',
  '123456789',
  '1234567890',
  '0123456789',
  '0123456789abcdef',
  '01234567890123456789',
  '123456789012345',
  '1234567890abcdef',
  'xxxxxxx',
]);

const squeeze = (text: string): string =>
  text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/^[\s.,"'[\](){}<>*]+|[\s.,"'[\](){}<>*]+$/g, '')
    .toLowerCase();

/** True for a maker, model or serial number that says nothing. Blank is junk; so is one character over and over ("0000", "FFFF", "xxxx", "...."). */
export function isJunkText(text: string): boolean {
  const plain = squeeze(text);
  if (plain === '' || JUNK_TEXTS.has(plain)) return true;
  const marks = plain.replace(/[\s.:_-]/g, '');
  return marks === '' || /^(?:0x)?(.)\1*$/u.test(marks) || /filled by o\.?e\.?m/.test(plain);
}

/** True for a serial number that identifies nothing: junk text, or fewer than 4 letters and digits. */
export function isJunkSerial(text: string): boolean {
  return isJunkText(text) || text.replace(/[^A-Za-z0-9]/g, '').length < 4;
}

const JUNK_UUIDS = new Set([
  '03000200-0400-0500-0006-000700080009',
  '00020003-0004-0005-0006-000700080009',
  '00010203-0405-0607-0809-0a0b0c0d0e0f',
  '00112233-4455-6677-8899-aabbccddeeff',
  '12345678-1234-5678-90ab-cddeefaabbcc',
  '12345678-1234-1234-1234-123456789abc',
]);

/** True unless it is a UUID that only this machine can have. */
export function isJunkUuid(text: string): boolean {
  const uuid = text.trim().toLowerCase();
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(uuid) || JUNK_UUIDS.has(uuid)) return true;
  const digits = uuid.replaceAll('-', '');
  if (/^(..)\1*$/.test(digits) || /^(.)\1*$/.test(digits)) return true;
  // A pattern of one word (deadbeef-dead-beef-…), and the AMI family 03D40274-0435-05xx-xxxx-xx0700080009 with some bytes of a MAC inside.
  return /^(.{8})\1*$/.test(digits) || /^(?:03d40274|03d502e0)-04[0-9a-f]{2}-05[0-9a-f]{2}-[0-9a-f]{4}-[0-9a-f]{2}0700080009$/.test(uuid);
}

/** True for an address that no card was made with: zeros, broadcast, multicast, or not an address at all. */
export function isJunkMac(text: string): boolean {
  const mac = text.trim().toLowerCase();
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac)) return true;
  if (/^(..)(:\1){5}$/.test(mac)) return true;
  return (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1 || mac === '02:00:00:00:00:00' || mac === '00:01:02:03:04:05';
}

/** True when somebody else than the maker chose the address (bit 0x02 of the first byte). */
export function isLocalMac(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 2) === 2;
}
