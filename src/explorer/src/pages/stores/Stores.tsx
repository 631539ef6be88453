/** The stores of the server. */

import "../../parts/list/list.css";

import { urlOf } from "../../api/http";
import type { ProfileRow } from "../../api/types";
import { useAnswer } from "../../api/useAnswer";
import { count } from "../../parts/format";
import { Bytes, Time } from "../../parts/small";
import { Empty, Loaded, Panel } from "../../parts/states";
import { site } from "../../site";

const KINDS: Readonly<Record<string, string>> = {
  "core.psql_dos": "PostgreSQL",
  "core.sqlite_dos": "SQLite",
  "core.sqlite_zip": "archive",
};

export default function Stores() {
  const answer = useAnswer<{ profiles: readonly ProfileRow[] }>(
    urlOf("").replace(/\/api\/v4\/$/, "/profiles"),
  );
  return (
    <>
      <h1>Stores</h1>
      <Panel title="All stores of this server">
        <Loaded answer={answer}>
          {({ profiles }) =>
            profiles.length > 0 ? (
              <Table profiles={profiles} />
            ) : (
              <Empty>
                <p>This server has no stores that you may see.</p>
              </Empty>
            )
          }
        </Loaded>
      </Panel>
    </>
  );
}

function Table({ profiles }: { profiles: readonly ProfileRow[] }) {
  return (
    <table class="table list">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Kind</th>
          <th scope="col" class="number">
            Nodes
          </th>
          <th scope="col" class="number">
            Size
          </th>
          <th scope="col">Last change</th>
          <th scope="col">Written by</th>
          <th scope="col">Reachable</th>
        </tr>
      </thead>
      <tbody>
        {profiles.map((profile) => (
          <tr key={profile.name}>
            <th scope="row">
              <a href={`${site.top}/${encodeURIComponent(profile.name)}/`}>{profile.name}</a>
              {profile.default && <span class="muted"> default</span>}
            </th>
            <td data-label="Kind" title={profile.kind}>
              {KINDS[profile.kind] ?? profile.kind}
            </td>
            <td class="number" data-label="Nodes">
              {profile.nodes === null ? "–" : count(profile.nodes)}
            </td>
            <td class="number" data-label="Size">
              <Bytes size={profile.size} />
            </td>
            <td data-label="Last change">
              <Time value={profile.last_mtime} />
            </td>
            <td data-label="Written by">
              <Origin profile={profile} />
            </td>
            <td data-label="Reachable" class="stores-reach">
              <Reach profile={profile} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Origin({ profile: { aiida_version, written_as } }: { profile: ProfileRow }) {
  if (written_as === null) return <span class="muted">–</span>;
  return (
    <>
      {aiida_version !== null && `AiiDA ${aiida_version} `}
      <span class="muted">version {written_as}</span>
    </>
  );
}

function Reach({ profile: { reachable, problem } }: { profile: ProfileRow }) {
  if (reachable === null) return <span class="muted">not known</span>;
  if (reachable) return <span class="state-ok">✓ yes</span>;
  return (
    <>
      <span class="state-failed">✕ no</span>
      {problem && <div>{problem.message}</div>}
      {problem?.hint && <div class="muted">{problem.hint}</div>}
    </>
  );
}
