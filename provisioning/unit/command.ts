import { Type } from 'typebox';
import type { Command } from '../../runtime/command.ts';
import { defineSettings } from '../../runtime/settings.ts';
import { action, group, jsonSetting, placeSettings, withLedger } from '../group.ts';
import type { Terminal } from '../terminal.ts';
import { unitByCode } from '../token/command.ts';
import { importUnitFile } from './import.ts';
import { TEMPLATE } from './template.ts';
import { treeText } from './tree.ts';

const importSettings = defineSettings({ ...jsonSetting, ...placeSettings });

const listSettings = defineSettings({
  unit: {
    schema: Type.String({ minLength: 1 }),
    optional: true,
    help: { en: 'Only this unit and below (code).', vi: 'Chỉ đơn vị này và cấp dưới (mã).' },
    allowed: 'the code of a unit',
  },
  ...jsonSetting,
  ...placeSettings,
});

const importAction = action({
  name: 'import',
  summary: {
    en: 'add and change units from a CSV file, all of it or nothing',
    vi: 'thêm và sửa đơn vị từ tệp CSV; hoặc tất cả hoặc không gì cả',
  },
  words: ['<file.csv|->'],
  settings: importSettings,
  run: ({ values, words, terminal }) =>
    withLedger(values.home, async (ledger) => {
      const done = await importUnitFile(ledger, words[0]!, terminal);
      const { added, changed, unchanged, ignored } = done;
      await ledger.audit.write({ at: terminal.now(), who: 'cli', what: 'units-imported', subject: `+${added} ~${changed}` });
      const vi = terminal.language === 'vi';
      if (ignored.length > 0) terminal.note(vi ? `Bỏ qua các cột: ${ignored.join(', ')}.` : `Columns not used: ${ignored.join(', ')}.`);
      if (values.json) terminal.say(JSON.stringify(done));
      else if (vi) terminal.say(`Đã thêm ${added}, sửa ${changed}, giữ nguyên ${unchanged} đơn vị.`);
      else terminal.say(`${added} units added, ${changed} changed, ${unchanged} unchanged.`);
      return 0;
    }),
});

const list = action({
  name: 'list',
  summary: { en: 'show the units as a tree', vi: 'hiện cây đơn vị' },
  words: [],
  settings: listSettings,
  run: ({ values, terminal }) =>
    withLedger(values.home, async (ledger) => {
      const root = values.unit === undefined ? undefined : await unitByCode(ledger, values.unit);
      const all = await ledger.units.list();
      const places = root === undefined ? all : all.filter((place) => place.path.some(({ id }) => id === root.id));
      const codeOf = new Map(all.map(({ id, code }) => [id, code]));
      if (values.json) {
        const items = places.map(({ code, kind, name, parent, effectiveZone }) => ({
          code,
          kind,
          name,
          parent: parent === null ? null : (codeOf.get(parent) ?? null),
          zone: effectiveZone,
        }));
        terminal.say(JSON.stringify(items));
      } else if (places.length > 0) terminal.say(treeText(places, terminal.language));
      else {
        terminal.note(
          terminal.language === 'vi'
            ? 'Chưa có đơn vị nào. Dùng labwatch unit template để lấy tệp mẫu.'
            : 'There are no units yet. labwatch unit template prints a file to start from.',
        );
      }
      return 0;
    }),
});

const template = action({
  name: 'template',
  summary: { en: 'print an empty CSV file with an example', vi: 'in ra tệp CSV mẫu kèm ví dụ' },
  words: [],
  settings: defineSettings({}),
  run: async ({ terminal }) => {
    terminal.say(TEMPLATE[terminal.language]);
    return 0;
  },
});

/** `labwatch unit …` */
export const unitCommand = (terminal: Terminal): Command =>
  group(
    {
      name: 'unit',
      summary: { en: 'the tree of provinces, schools, rooms and seats', vi: 'cây đơn vị: tỉnh, trường, phòng, chỗ' },
      about: {
        en: 'The file has the columns code, kind, name, parent (a code) and zone (may be empty), in any order, separated by commas or semicolons. Rows may come in any order. Units that are there already are found by their code and changed.',
        vi: 'Tệp có các cột mã, loại, tên, thuộc (mã cấp trên) và múi giờ (có thể trống), theo thứ tự bất kỳ, ngăn bằng dấu phẩy hoặc chấm phẩy. Các dòng không cần theo thứ tự. Đơn vị đã có được tìm theo mã và sửa lại.',
      },
      actions: [importAction, list, template],
    },
    terminal,
  );
