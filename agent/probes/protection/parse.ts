/** `ENABLED=yes` of /etc/ufw/ufw.conf: the rules are loaded at every boot. */
export function parseUfw(text: string): boolean | undefined {
  const value = /^[ \t]*ENABLED[ \t]*=[ \t]*["']?(yes|no)["']?[ \t]*$/im.exec(text)?.[1];
  return value === undefined ? undefined : value.toLowerCase() === 'yes';
}

/**
 * /var/lib/update-notifier/updates-available, the text of Ubuntu's `apt-check --human-readable`: a line that begins with
 * the number, as `75 updates can be applied immediately.`; before it may stand other sentences, behind it the security
 * share. Old releases wrote `75 packages can be updated.`
 * @returns undefined when no line begins with a number: a translation that puts it elsewhere, or an empty file
 */
export function parseUpdatesAvailable(text: string): number | undefined {
  const match = /^[ \t]*(\d{1,6}) \S/m.exec(text);
  const count = Number(match?.[1] ?? Number.NaN);
  return Number.isSafeInteger(count) && count <= 100_000 ? count : undefined;
}
