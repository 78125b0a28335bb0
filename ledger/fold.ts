/** Text as a search compares it: no capitals, no Vietnamese marks, so that "phong may" finds "Phòng Máy". */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('đ', 'd');
}

/** A LIKE pattern for text anywhere; `%`, `_` and `\` in it stand for themselves (escape character `\`). */
export function likeAnywhere(text: string): string {
  return `%${fold(text).replace(/[\\%_]/g, (mark) => `\\${mark}`)}%`;
}
