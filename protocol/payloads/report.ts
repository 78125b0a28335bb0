import { Type, type Static, type TNumber, type TObject, type TOptional } from 'typebox';
import { METRIC_NAMES, METRICS, type MetricName } from '../catalogue.ts';
import { sequencedFields } from '../envelope.ts';
import { Bits, OneOf } from '../text.ts';

export const SESSIONS = ['none', 'open', 'locked', 'unknown'] as const;
export type Session = (typeof SESSIONS)[number];

type RangeSchema = TObject<{ min: TNumber; mean: TNumber; max: TNumber }>;
type MetricSchemas = {
  [M in MetricName]: TOptional<(typeof METRICS)[M]['shape'] extends 'range' ? RangeSchema : TNumber>;
};

/** One optional property per metric of the catalogue; absent means it could not be read. */
const Metrics = Type.Object(
  Object.fromEntries(
    METRIC_NAMES.map((name) => {
      const { minimum, maximum, shape, unit, name: text } = METRICS[name];
      const description = `${text.en}, ${unit}.`;
      const number = Type.Number({ minimum, maximum });
      return [
        name,
        Type.Optional(
          shape === 'range'
            ? Type.Object({ min: number, mean: number, max: number }, { description })
            : Type.Number({ minimum, maximum, description }),
        ),
      ];
    }),
  ) as unknown as MetricSchemas,
);
export type Metrics = Static<typeof Metrics>;

/** A window of at most 5 minutes (longer only when old windows were merged for a replay). */
export const MAX_SPAN_MINUTES = 1440;

export const Report = Type.Object(
  {
    ...sequencedFields,
    minute: Type.Integer({
      minimum: 0,
      maximum: 150_000_000,
      description: "First minute of the window: epoch milliseconds divided by 60,000, by the sender's clock.",
    }),
    span: Type.Integer({ minimum: 1, maximum: MAX_SPAN_MINUTES, description: 'Number of minutes.' }),
    on: Bits('1 = powered and running.'),
    active: Bits('1 = a person touched it in that minute.'),
    blind: Bits('1 = on, but activity could not be seen.'),
    session: OneOf(SESSIONS, 'State of the interactive session now.'),
    metrics: Metrics,
  },
  { $id: 'report', description: 'Every 5 minutes at the latest, or when the state of use changes.' },
);
export type Report = Static<typeof Report>;
