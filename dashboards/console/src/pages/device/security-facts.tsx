import type { DeviceDetail } from '../../api/types.ts';
import { f, t } from '../../i18n/index.ts';
import { ageText, AntivirusChip } from '../../parts/antivirus-chip.tsx';
import { Unknown } from '../../parts/meter.tsx';
import { now } from '../../state/clock.ts';
import { Fact, Facts, joined } from './facts.tsx';

type Security = NonNullable<DeviceDetail['security']>['data'];
type Product = NonNullable<Security['antivirus']>[number];
const DAY = 86_400_000;

const tristate = (value: 'on' | 'off' | 'unknown') => (value === 'unknown' ? <Unknown words /> : t().app[value]);

function ProductLine({ product, zone }: { product: Product; zone: string }) {
  const words = t().security;
  const made = product.definitions?.at;
  return (
    <li class="product">
      <span class="product-name">{joined(product.name, product.version)}</span>
      <dl>
        <div>
          <dt class="visually-hidden">{t().list.state}</dt>
          <dd>{words.productStates[product.state]}</dd>
        </div>
        <div>
          <dt>{words.realtime}</dt>
          <dd>{tristate(product.realtime)}</dd>
        </div>
        <div>
          <dt>{words.definitions}</dt>
          <dd>{made === undefined ? <Unknown words /> : `${f().longMoment(made, zone)} (${ageText((now.value - made) / DAY)})`}</dd>
        </div>
      </dl>
    </li>
  );
}

function Products({ security, zone }: { security: Security; zone: string }) {
  const { antivirus } = security;
  if (antivirus === undefined) return <Unknown words />;
  if (antivirus.length === 0) return <>{t().security.noProducts}</>;
  return (
    <ul>
      {antivirus.map((product) => (
        <ProductLine key={product.name} product={product} zone={zone} />
      ))}
    </ul>
  );
}

export function SecurityFacts({ device }: { device: DeviceDetail }) {
  const words = t().security;
  const data = device.security?.data;
  const support = data?.endOfSupport ?? device.inventory?.data.os.endOfSupport;
  return (
    <Facts
      id="security"
      title={words.title}
      note={device.security === null ? undefined : t().hardware.readAt(f().dateTime(device.security.at))}
    >
      <dl>
        <Fact name={words.verdict}>
          <AntivirusChip antivirus={device.antivirus} />
        </Fact>
        <Fact name={words.products}>{data && <Products security={data} zone={device.zone} />}</Fact>
        <Fact name={words.firewall}>{data && tristate(data.firewall)}</Fact>
        <Fact name={words.updates}>
          {data && joined(data.updates !== undefined && f().number(data.updates), data.restart === true && words.restart)}
        </Fact>
        <Fact name={words.endOfSupport}>{support !== undefined && f().date(support)}</Fact>
      </dl>
      {data === undefined && <p class="unknown">{words.waiting}</p>}
    </Facts>
  );
}
