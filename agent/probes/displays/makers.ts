/** Names for the three-letter codes of the UEFI Forum's PNP ID registry (uefi.org/pnp_id_list) that schools here meet most. Others keep their code. */
const MAKERS: Readonly<Record<string, string>> = {
  ACI: 'Asus',
  ACR: 'Acer',
  AOC: 'AOC',
  APP: 'Apple',
  AUO: 'AU Optronics',
  AUS: 'Asus',
  BNQ: 'BenQ',
  BOE: 'BOE',
  CMN: 'Chimei Innolux',
  DEL: 'Dell',
  ENC: 'Eizo',
  EPI: 'Envision',
  GSM: 'LG',
  HPN: 'HP',
  HWP: 'HP',
  IVM: 'Iiyama',
  LEN: 'Lenovo',
  LGD: 'LG Display',
  MEI: 'Panasonic',
  MSI: 'MSI',
  NEC: 'NEC',
  PHL: 'Philips',
  SAM: 'Samsung',
  SDC: 'Samsung Display',
  SHP: 'Sharp',
  SNY: 'Sony',
  TSB: 'Toshiba',
  VSC: 'ViewSonic',
};

export function makerName(code: string): string {
  return Object.hasOwn(MAKERS, code) ? MAKERS[code]! : code;
}
