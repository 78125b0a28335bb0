# Installs the labwatch agent that lies beside this script. In a PowerShell of an administrator:
#   powershell -ExecutionPolicy Bypass -File install.ps1 [-Server URL] [-Ca FILE] [-Seat "Máy 07"] [-Image]
# The token comes from labwatch-token.txt beside it, from LABWATCH_TOKEN, or is asked for; never from the command line, which others can read.
# Cài tác nhân labwatch nằm cạnh tệp này, trong PowerShell của quản trị viên. Mã ghi danh: labwatch-token.txt, LABWATCH_TOKEN, hoặc nhập khi được hỏi.
param([string]$Server, [string]$Ca, [string]$Seat, [switch]$Image, [switch]$Task)
$ErrorActionPreference = 'Stop'
$here = Split-Path -Parent $MyInvocation.MyCommand.Path
$me = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
if (-not $me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
  Write-Host 'install.ps1: run it as administrator / hãy chạy bằng quyền quản trị viên'
  exit 77
}
$program = Get-ChildItem -Path $here -Filter 'labwatch-agent-*-win-x64.exe' | Sort-Object Name | Select-Object -Last 1
if ($null -eq $program) {
  Write-Host 'install.ps1: labwatch-agent-<version>-win-x64.exe is not beside this script / không có tệp này cạnh install.ps1'
  exit 66
}
if (-not $env:LABWATCH_TOKEN -and -not (Test-Path (Join-Path $here 'labwatch-token.txt'))) {
  $secret = Read-Host -AsSecureString 'Token / Mã ghi danh'
  $env:LABWATCH_TOKEN = (New-Object Net.NetworkCredential('', $secret)).Password
}
# Files that come from the internet or a stick carry a mark that makes Windows ask.
Unblock-File -Path $program.FullName
$words = @('install', '--from', $here)
if ($Server) { $words += @('--server', $Server) }
if ($Ca) { $words += @('--ca', $Ca) }
if ($Seat) { $words += @('--seat', $Seat) }
if ($Image) { $words += '--image' }
if ($Task) { $words += '--task' }
& $program.FullName @words
exit $LASTEXITCODE
