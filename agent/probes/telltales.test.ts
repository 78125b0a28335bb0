import { describe, expect, it } from 'vitest';
import { runProbe } from '../platform/testing/cases.ts';
import { PROBES } from './index.ts';

/** Planted wherever Windows keeps such things; none may come out of any probe. */
const TELLTALES = [
  'nguyenthilan',
  'PHONGMAY-LAN',
  'bai-thi-hoc-ky',
  'so-giao-duc.example',
  'truong.local',
  'Lê Văn Nam',
  '192.168.77',
  'THPT Chu',
];

const EVENT = (provider: string, id: number, record: number, data: string): string =>
  `<Event xmlns='x'><System><Provider Name='${provider}'/><EventID>${id}</EventID><TimeCreated SystemTime='2026-11-21T00:30:00.0000000Z'/><EventRecordID>${record}</EventRecordID><Computer>PHONGMAY-LAN.truong.local</Computer><Security UserID='S-1-5-21-1004'/></System><EventData>${data}</EventData></Event>`;

const MACHINE = `== service wscsvc running
== service WinDefend running
== service MpsSvc running
== registry
Windows Registry Editor Version 5.00
[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]
"ProductName"="Windows 10 Pro"
"CurrentBuildNumber"="19045"
"RegisteredOwner"="Lê Văn Nam"
"RegisteredOrganization"="THPT Chu Văn An"
"SystemRoot"="C:\\\\Windows"
[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters]
"Hostname"="PHONGMAY-LAN"
"Domain"="truong.local"
[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters\\Interfaces\\{0B}]
"DhcpIPAddress"="192.168.77.23"
"DhcpDomain"="truong.local"
"DhcpDefaultGateway"=hex(7):31,00,39,00,32,00,2e,00,31,00,36,00,38,00,2e,00,37,00,37,00,2e,00,31,00,00,00,00,00
[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Security Center\\Provider\\Av\\{1}]
"DISPLAYNAME"="Bkav Home"
"PRODUCTEXE"="C:\\\\Users\\\\nguyenthilan\\\\Bkav\\\\bkav.exe"
"STATE"=dword:00041000
[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{2}]
"DisplayName"="CMC Antivirus"
"InstallLocation"="C:\\\\Users\\\\nguyenthilan"
[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{3}]
"DisplayName"="Phần mềm chấm bai-thi-hoc-ky"
[HKEY_LOCAL_MACHINE\\HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0]
"ProcessorNameString"="Intel(R) Core(TM) i3-10100 CPU @ 3.60GHz"
== C:\\Users\\nguyenthilan\\Bkav\\bkav.exe
MZ
== run wevtutil.exe
${EVENT('Microsoft-Windows-Kernel-Boot', 27, 5, "<Data Name='BootType'>1</Data><Data Name='LoadOptions'>nguyenthilan</Data>")}
${EVENT('User32', 1074, 4, "<Data Name='param1'>winword.exe (PHONGMAY-LAN)</Data><Data Name='param7'>PHONGMAY-LAN\\nguyenthilan</Data><Data Name='param6'>bai-thi-hoc-ky.docx</Data>")}
== run powershell.exe
{"licence":[{"LicenseStatus":1,"KeyManagementServiceMachine":"kms.truong.local","PSComputerName":"PHONGMAY-LAN"}],"drives":[{"Index":0,"SystemName":"PHONGMAY-LAN","Caption":"nguyenthilan"}]}
== address 192.168.77.23
== answers 192.168.77.1:80 1
== broker mqtts://mqtt.so-giao-duc.example
== name mqtt.so-giao-duc.example 4 5 192.168.77.9
== answers 192.168.77.9:8883 3
`;

describe('no probe tells who, where or what of a Windows machine', () => {
  it.each(PROBES.map((probe) => [probe.name, probe] as const))('%s', async (_name, probe) => {
    const sample = JSON.stringify(await runProbe(probe, [MACHINE, MACHINE], Date.UTC(2026, 10, 21, 1), 20));
    expect(TELLTALES.filter((telltale) => sample.toLowerCase().includes(telltale.toLowerCase()))).toEqual([]);
  });

  it('though the machine was seen', async () => {
    const seen = await Promise.all(PROBES.map((probe) => runProbe(probe, [MACHINE, MACHINE], Date.UTC(2026, 10, 21, 1), 20)));
    const all = JSON.stringify(seen);
    for (const known of [
      'Bkav Home',
      'CMC Antivirus',
      'Windows 10 Pro',
      'licensed',
      'gateway_rtt',
      'dns_time',
      '"start":"fast"',
      'i3-10100',
    ]) {
      expect(all).toContain(known);
    }
  });
});
