import { Type, type Static } from 'typebox';
import { sequencedFields } from '../envelope.ts';
import { EpochMs, OneOf, PlainDate, Product } from '../text.ts';

export const PRODUCT_STATES = ['on', 'off', 'snoozed', 'expired', 'unknown'] as const;
export const FRESHNESS = ['current', 'old', 'none'] as const;
export const EDITIONS = ['free', 'paid'] as const;
export const TRISTATE = ['on', 'off', 'unknown'] as const;

/** Protection, on change and every 6 hours. */
export const Security = Type.Object(
  {
    ...sequencedFields,
    antivirus: Type.Optional(
      Type.Array(
        Type.Object({
          name: Product('Name of the product.'),
          version: Type.Optional(Product('Version of the engine.')),
          state: OneOf(PRODUCT_STATES, 'State of the product.'),
          realtime: OneOf(TRISTATE, 'Files are checked when they are opened; a scanner that only runs on demand is off.'),
          definitions: Type.Optional(
            Type.Object({
              version: Type.Optional(Product('Version of the definitions.')),
              at: EpochMs('When the definitions were made.'),
            }),
          ),
          freshness: Type.Optional(
            OneOf(FRESHNESS, 'What the product says of its definitions where it gives no date; none = it has none yet. Absent = unknown.'),
          ),
          licence: Type.Optional(
            OneOf(EDITIONS, 'Given away, or an edition that is sold; not whether this copy was paid for. Absent = the name does not say.'),
          ),
        }),
        { maxItems: 16, description: 'Every product found; an empty list = none found; absent = could not be seen.' },
      ),
    ),
    firewall: OneOf(TRISTATE, 'Host firewall.'),
    updates: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000, description: 'Updates of the operating system waiting.' })),
    restart: Type.Optional(Type.Boolean({ description: 'Updates are installed and wait for a restart.' })),
    endOfSupport: Type.Optional(PlainDate('Last day of support of the operating system.')),
  },
  { $id: 'security', description: 'Protection, on change and every 6 hours.' },
);
export type Security = Static<typeof Security>;
