/** One pixel: red, green, blue, opacity. */
type Pixel = readonly [number, number, number, number];

const CLEAR: Pixel = [0, 0, 0, 0];
const GREEN: Pixel = [22, 120, 90, 255];
const WHITE: Pixel = [255, 255, 255, 255];

/** A screen on a foot with a pulse across it, on a grid of 16 by 16. */
function pixelAt(x: number, y: number): Pixel {
  if (y >= 13) return (y === 13 && x >= 7 && x <= 8) || (y === 14 && x >= 4 && x <= 11) ? GREEN : CLEAR;
  if (y < 2 || x < 1 || x > 14) return CLEAR;
  if (y === 2 || y === 12 || x === 1 || x === 14) return GREEN;
  const pulse = [8, 8, 8, 6, 4, 6, 10, 11, 9, 8, 8, 8];
  return pulse[x - 2] === y ? WHITE : GREEN;
}

/** An icon of `size` (a multiple of 16) as a 32-bit DIB, the form icons have inside an executable (BITMAPINFOHEADER, twice the height, bottom row first, then an empty mask). */
export function iconImage(size: number): ArrayBuffer {
  const scale = size / 16;
  const maskRow = Math.ceil(size / 32) * 4;
  const bytes = new DataView(new ArrayBuffer(40 + size * size * 4 + maskRow * size));
  bytes.setUint32(0, 40, true);
  bytes.setInt32(4, size, true);
  bytes.setInt32(8, size * 2, true);
  bytes.setUint16(12, 1, true);
  bytes.setUint16(14, 32, true);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [red, green, blue, opacity] = pixelAt(Math.floor(x / scale), Math.floor(y / scale));
      const at = 40 + ((size - 1 - y) * size + x) * 4;
      [blue, green, red, opacity].forEach((value, i) => bytes.setUint8(at + i, value));
    }
  }
  return bytes.buffer;
}
