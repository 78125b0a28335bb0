import './facts.css';
import type { ComponentChildren } from 'preact';
import { Unknown } from '../../parts/meter.tsx';

/** One line of a definition list. What is not known says so; it is never an empty cell. */
export function Fact({ name, children }: { name: string; children?: ComponentChildren }) {
  const empty = children === undefined || children === null || children === false || children === '';
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{empty ? <Unknown words /> : children}</dd>
    </div>
  );
}

/** Several things of a kind, one a line; undefined = nobody knows, none = `none`. */
export function FactList({ name, items, none }: { name: string; items: readonly string[] | undefined; none: string }) {
  return (
    <Fact name={name}>
      {items !== undefined &&
        (items.length === 0 ? (
          none
        ) : (
          <ul>
            {items.map((item, index) => (
              <li key={index}>{item}</li>
            ))}
          </ul>
        ))}
    </Fact>
  );
}

export function Facts({
  title,
  note,
  children,
  id,
}: {
  title: string;
  note?: string | undefined;
  children: ComponentChildren;
  id: string;
}) {
  return (
    <section class="panel facts" aria-labelledby={id} data-testid={id}>
      <div class="panel-head">
        <h3 id={id}>{title}</h3>
        {note !== undefined && <p class="quiet">{note}</p>}
      </div>
      {children}
    </section>
  );
}

/** The known parts, with dots between. */
export const joined = (...parts: (string | false | null | undefined)[]) =>
  parts.filter((part) => typeof part === 'string' && part !== '').join(' · ');
