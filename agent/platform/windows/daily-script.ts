/** One question of the daily batch: a name, and the pipeline whose objects answer it. Pure data. */
interface Question {
  readonly name: string;
  readonly pipeline: string;
}

const cim = (space: string, name: string, wanted: readonly string[], where = ''): string =>
  `Get-CimInstance -Namespace '${space}' -ClassName '${name}'${where} -OperationTimeoutSec 20 | Select-Object ${wanted.join(',')}`;

/** Microsoft's own identity of Windows among the products of the licensing service. */
const WINDOWS = '55c92734-d682-4d71-983e-d6ec3f16059f';

/**
 * Only named properties are asked for: no name of a machine, a user or a key server comes into the answer.
 * Classes and properties as in Microsoft's documentation of MSFT_PhysicalDisk, MSFT_StorageReliabilityCounter,
 * MSStorageDriver_FailurePredictStatus, SoftwareLicensingProduct and MSFT_MpComputerStatus.
 */
const QUESTIONS: readonly Question[] = [
  {
    name: 'licence',
    pipeline: cim(
      'root/cimv2',
      'SoftwareLicensingProduct',
      ['LicenseStatus'],
      ` -Filter 'ApplicationID=''${WINDOWS}'' AND PartialProductKey IS NOT NULL'`,
    ),
  },
  { name: 'predict', pipeline: cim('root/wmi', 'MSStorageDriver_FailurePredictStatus', ['InstanceName', 'Active', 'PredictFailure']) },
  {
    name: 'drives',
    pipeline: cim('root/cimv2', 'Win32_DiskDrive', ['Index', 'PNPDeviceID', 'SerialNumber', 'Model', 'Status']),
  },
  {
    name: 'physical',
    pipeline: cim('root/Microsoft/Windows/Storage', 'MSFT_PhysicalDisk', [
      'DeviceId',
      'SerialNumber',
      'FriendlyName',
      'MediaType',
      'BusType',
      'HealthStatus',
    ]),
  },
  {
    name: 'reliability',
    pipeline:
      'Get-PhysicalDisk | Get-StorageReliabilityCounter | Select-Object DeviceId,Wear,Temperature,PowerOnHours,ReadErrorsUncorrected,WriteErrorsUncorrected',
  },
];

const DEFENDER: Question = {
  name: 'defender',
  pipeline: cim('root/Microsoft/Windows/Defender', 'MSFT_MpComputerStatus', [
    'AMServiceEnabled',
    'AMRunningMode',
    'AMEngineVersion',
    'RealTimeProtectionEnabled',
    'AntivirusSignatureVersion',
    "@{n='AntivirusSignatureLastUpdated';e={$_.AntivirusSignatureLastUpdated.ToUniversalTime().ToString('o')}}",
  ]),
};

/**
 * One script for every question; each fails alone. `@(…)` because ConvertTo-Json does not wrap a single object.
 * @param defender ask Defender too: where another product has switched it off the question fails or hangs
 */
export function dailyScript(defender: boolean): string {
  const questions = defender ? [...QUESTIONS, DEFENDER] : QUESTIONS;
  return [
    "$ErrorActionPreference='Stop'",
    "$ProgressPreference='SilentlyContinue'",
    'try{[Console]::OutputEncoding=New-Object Text.UTF8Encoding $false}catch{}',
    "try{[Diagnostics.Process]::GetCurrentProcess().PriorityClass='BelowNormal'}catch{}",
    '$a=@{}',
    ...questions.map(({ name, pipeline }) => `try{$a['${name}']=@(${pipeline})}catch{}`),
    'ConvertTo-Json -InputObject $a -Compress -Depth 3',
  ].join(';');
}
