import type { X509Certificate } from 'node:crypto';
import { Type } from 'typebox';
import type { Command } from '../../runtime/command.ts';
import { readPrivate } from '../../runtime/private-file.ts';
import { defineSettings } from '../../runtime/settings.ts';
import { action, group, jsonSetting, placeSettings } from '../group.ts';
import { rfc3339, when } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { ensureAuthority, makeAuthority, makeServer } from './ensure-tls.ts';
import { readCertificate, tlsPaths } from './files.ts';
import { certificateNames } from './names.ts';

const initSettings = defineSettings({
  force: {
    schema: Type.Boolean(),
    default: false,
    help: {
      en: 'Replace an authority that is there: every agent must then enrol again.',
      vi: 'Thay chứng thư gốc đang có: sau đó mọi máy phải ghi danh lại.',
    },
    allowed: 'true or false',
  },
  ...placeSettings,
});

const issueSettings = defineSettings({
  names: {
    schema: Type.String(),
    default: '',
    help: {
      en: 'Further names and addresses of the server, separated by commas; 0.0.0.0 = all of this machine.',
      vi: 'Các tên và địa chỉ khác của máy chủ, cách nhau bằng dấu phẩy; 0.0.0.0 = mọi địa chỉ của máy này.',
    },
    allowed: 'names and addresses separated by commas',
  },
  ...placeSettings,
});

const showSettings = defineSettings({
  pem: {
    schema: Type.Boolean(),
    default: false,
    help: { en: "Print the authority's certificate itself, to install it elsewhere.", vi: 'In chính chứng thư gốc, để cài lên máy khác.' },
    allowed: 'true or false',
  },
  ...jsonSetting,
  ...placeSettings,
});

const namesOf = (certificate: X509Certificate): string[] =>
  (certificate.subjectAltName ?? '')
    .split(', ')
    .map((name) => name.replace(/^(DNS|IP Address):/, ''))
    .filter((name) => name !== '');

const describe = (certificate: X509Certificate) => ({
  subject: certificate.subject.replaceAll('\n', ', '),
  from: rfc3339(certificate.validFromDate.getTime()),
  until: rfc3339(certificate.validToDate.getTime()),
  fingerprint: certificate.fingerprint256,
  names: namesOf(certificate),
});

const init = action({
  name: 'init',
  summary: { en: 'make our certificate authority (10 years) if there is none', vi: 'tạo chứng thư gốc (10 năm) nếu chưa có' },
  words: [],
  settings: initSettings,
  run: async ({ values, terminal }) => {
    const paths = tlsPaths(values.home);
    const at = terminal.now();
    const made = values.force ? (await makeAuthority(paths, at), true) : (await ensureAuthority(paths, at)).made;
    const vi = terminal.language === 'vi';
    if (made) terminal.say(vi ? `Đã tạo chứng thư gốc: ${paths.caCert}` : `The authority is made: ${paths.caCert}`);
    else terminal.say(vi ? `Đã có chứng thư gốc: ${paths.caCert}` : `There is an authority already: ${paths.caCert}`);
    return 0;
  },
});

const issue = action({
  name: 'issue',
  summary: { en: 'issue a new certificate (825 days) for the server', vi: 'cấp chứng thư mới (825 ngày) cho máy chủ' },
  words: [],
  settings: issueSettings,
  run: async ({ values, terminal }) => {
    const paths = tlsPaths(values.home);
    const at = terminal.now();
    const names = certificateNames(values.names.split(','));
    await makeServer(paths, await ensureAuthority(paths, at), names, at);
    terminal.say(
      terminal.language === 'vi' ? `Đã cấp ${paths.cert} cho ${names.join(', ')}.` : `Issued ${paths.cert} for ${names.join(', ')}.`,
    );
    terminal.note(terminal.language === 'vi' ? 'Có hiệu lực khi khởi động lại.' : 'It is used after the next start.');
    return 0;
  },
});

function showText(title: string, certificate: X509Certificate, language: 'en' | 'vi'): string {
  const { subject, fingerprint, names } = describe(certificate);
  const label =
    language === 'vi'
      ? { until: 'hết hạn', print: 'dấu vân tay SHA-256', names: 'dùng cho' }
      : { until: 'valid until', print: 'SHA-256 fingerprint', names: 'good for' };
  return [
    `${title}: ${subject}`,
    `  ${label.until}: ${when(certificate.validToDate.getTime())}`,
    `  ${label.print}: ${fingerprint}`,
    ...(names.length === 0 ? [] : [`  ${label.names}: ${names.join(', ')}`]),
  ].join('\n');
}

const show = action({
  name: 'show',
  summary: { en: 'show the authority and the server certificate', vi: 'xem chứng thư gốc và chứng thư máy chủ' },
  words: [],
  settings: showSettings,
  run: async ({ values, terminal }) => {
    const paths = tlsPaths(values.home);
    const ca = readCertificate(paths.caCert);
    const server = readCertificate(paths.cert);
    const vi = terminal.language === 'vi';
    if (values.json) {
      terminal.say(JSON.stringify({ ca: ca === undefined ? null : describe(ca), server: server === undefined ? null : describe(server) }));
      return 0;
    }
    if (ca === undefined) {
      terminal.note(vi ? 'Chưa có chứng thư gốc. Dùng labwatch ca init.' : 'There is no authority yet. Use labwatch ca init.');
      return 1;
    }
    if (values.pem) {
      terminal.say(readPrivate(paths.caCert)!.trimEnd());
      return 0;
    }
    terminal.say(showText(vi ? 'Chứng thư gốc' : 'Authority', ca, terminal.language));
    if (server !== undefined) terminal.say(showText(vi ? 'Máy chủ' : 'Server', server, terminal.language));
    return 0;
  },
});

/** `labwatch ca …` */
export const caCommand = (terminal: Terminal): Command =>
  group(
    {
      name: 'ca',
      summary: { en: 'certificates for the encrypted listeners', vi: 'chứng thư cho các cổng mã hóa' },
      about: {
        en: 'labwatch up makes and renews them by itself in the tls folder of the data folder. Keep ca.key secret and in the backup.',
        vi: 'labwatch up tự tạo và gia hạn chúng trong thư mục tls của thư mục dữ liệu. Hãy giữ kín tệp ca.key và sao lưu nó.',
      },
      actions: [init, issue, show],
    },
    terminal,
  );
