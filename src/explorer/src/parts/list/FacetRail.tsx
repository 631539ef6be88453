/** How many rows have which values; a click on one narrows the list to it, a second click widens it. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import type { Bucket, Facet } from "../../api/types";
import { terms } from "../../router/router";
import { filtersOf, type Term } from "../../router/selection";
import { count } from "../format";
import { setFilters } from "./Chips";
import { chosenMonth, isChosen, related, toggled, withMonth, type Value } from "./facets";

export interface FacetSpec {
  /** Its name in the answer: `node_type`, `ctime:month`. */
  readonly name: string;
  readonly title: string;
  /** The key of the filter. */
  readonly key: string;
  readonly kind: "values" | "month" | "relation";
  readonly show?: (bucket: Bucket) => ComponentChildren;
  /** The value as plain text, if `show` is more than text. */
  readonly word?: (bucket: Bucket) => string;
}

export interface FacetRailProps {
  readonly specs: readonly FacetSpec[];
  /** By name; one that is not there yet is shown as waiting. */
  readonly facets: Readonly<Record<string, Facet>> | null;
  readonly isStale: boolean;
  readonly children?: ComponentChildren;
}

const SHOWN = 8;

const NARROW = "(max-width: 900px)";

export function FacetRail({ specs, facets, isStale, children }: FacetRailProps) {
  const [isOpen, setOpen] = useState(() => !window.matchMedia?.(NARROW).matches);
  useEffect(() => {
    const media = window.matchMedia(NARROW);
    const follow = () => setOpen(!media.matches);
    media.addEventListener("change", follow);
    return () => media.removeEventListener("change", follow);
  }, []);
  return (
    <aside
      class={isStale ? "facets stale" : "facets"}
      aria-label="Narrow the list"
      aria-busy={isStale}
    >
      <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Narrow the list</summary>
        <div class="facets-body">
          {specs.map((spec) => {
            const facet = facets?.[spec.name];
            return facet ? <FacetGroup key={spec.name} spec={spec} facet={facet} /> : null;
          })}
          {children}
        </div>
      </details>
    </aside>
  );
}

function FacetGroup({ spec, facet }: { spec: FacetSpec; facet: Facet }) {
  const [isOpen, setOpen] = useState(false);
  const filters = filtersOf(terms.value);
  const buckets = ordered(spec, facet.buckets).filter((bucket) => bucket.value !== null);
  if (buckets.length === 0) return null;
  const shown = buckets.filter(
    (bucket, at) => isOpen || at < SHOWN || isOn(spec, filters, bucket.value as Value),
  );
  const most = Math.max(...buckets.map((bucket) => bucket.count));
  return (
    <section class="facet">
      <h2>{spec.title}</h2>
      <ul>
        {shown.map((bucket) => (
          <li key={String(bucket.value)}>
            <FacetButton spec={spec} bucket={bucket} filters={filters} most={most} />
          </li>
        ))}
      </ul>
      {buckets.length > shown.length || isOpen ? (
        <button type="button" class="plain more" onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Show fewer" : `Show ${count(buckets.length - shown.length)} more`}
        </button>
      ) : null}
      {facet.other > 0 && (isOpen || buckets.length <= SHOWN) && (
        <p class="muted small">{count(facet.other)} with other values</p>
      )}
      {facet.truncated && (
        <p class="muted small">Counted in the newest 50,000 only: counting all took too long.</p>
      )}
    </section>
  );
}

function FacetButton(props: {
  spec: FacetSpec;
  bucket: Bucket;
  filters: readonly Term[];
  most: number;
}) {
  const { spec, bucket, filters, most } = props;
  const value = bucket.value as Value;
  const isPressed = isOn(spec, filters, value);
  return (
    <button
      type="button"
      class="facet-value"
      aria-pressed={isPressed}
      title={String(bucket.value)}
      onClick={() => setFilters(changed(spec, filters, value))}
    >
      <span class="facet-bar" style={{ width: `${Math.max(1, (100 * bucket.count) / most)}%` }} />
      <span class="facet-name">{spec.show?.(bucket) ?? spec.word?.(bucket) ?? String(value)}</span>
      <span class="facet-count">{count(bucket.count)}</span>
    </button>
  );
}

function isOn(spec: FacetSpec, filters: readonly Term[], value: Value): boolean {
  if (spec.kind === "month") return chosenMonth(filters, spec.key) === value;
  return isChosen(filters, spec.key, value);
}

function changed(spec: FacetSpec, filters: readonly Term[], value: Value): Term[] {
  if (spec.kind === "month") return withMonth(filters, spec.key, String(value));
  if (spec.kind === "relation") return related(filters, spec.key, String(value));
  return toggled(filters, spec.key, value);
}

/** Months run from the newest; everything else is ordered by number, as the server says it. */
function ordered(spec: FacetSpec, buckets: readonly Bucket[]): readonly Bucket[] {
  if (spec.kind !== "month") return buckets;
  return [...buckets].sort((one, other) => String(other.value).localeCompare(String(one.value)));
}
