/**
 * Whether a product is given away or sold, as far as its name says so. `paid` means an edition that is sold; whether
 * somebody paid for this copy (a trial, a key from a friend) is not known and not asked. Pure.
 */
const FREE = /\bfree\b|miễn phí|^(?:microsoft|windows) defender\b|microsoft security essentials|^clamav$|^clamwin\b|\bbkav home\b/iu;
const PAID =
  /\bbkav pro\b|\b(?:endpoint|premium|business|enterprise|small office)\b|^kaspersky (?:standard|plus|anti-?virus|internet security|total security)\b|^eset (?:nod32|internet|smart|security)\b|^norton\b/iu;

export function licenceOf(name: string): 'free' | 'paid' | undefined {
  if (FREE.test(name)) return 'free';
  return PAID.test(name) ? 'paid' : undefined;
}
