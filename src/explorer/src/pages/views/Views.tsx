/** Saved selections of the store: views that its keeper gave a name. */

import "../../parts/list/list.css";

import { absolute, urlOf } from "../../api/http";
import { useAnswer } from "../../api/useAnswer";
import { hrefOf } from "../../router/router";
import { site } from "../../site";
import { Copy } from "../../parts/small";
import { Empty, Loaded } from "../../parts/states";

interface ViewRow {
  readonly name: string;
  readonly title?: string | null;
  readonly description?: string | null;
  /** The selection as the text of a query string; null where it is posted. */
  readonly selection?: string | null;
}

export default function Views() {
  const answer = useAnswer<{ views: readonly ViewRow[] }>(urlOf("views"));
  const isUnknown = answer.error?.code === "unknown-route";
  return (
    <>
      <h1>Views</h1>
      {isUnknown ? (
        <NoViews />
      ) : (
        <Loaded answer={answer}>
          {({ views }) => (views.length ? <List views={views} /> : <NoViews />)}
        </Loaded>
      )}
    </>
  );
}

function NoViews() {
  return (
    <Empty>
      <p>This store has no saved views.</p>
      <p>
        The keeper of the server can save one in its configuration. A list of nodes with its filters
        is an address of its own, which you can bookmark or send.
      </p>
      <p>
        <a href={hrefOf(["nodes"])}>All nodes</a>
        {site.docs && (
          <>
            {" · "}
            <a href={`${site.top}/docs`}>API docs</a>
          </>
        )}
      </p>
    </Empty>
  );
}

function List({ views }: { views: readonly ViewRow[] }) {
  return (
    <div class="list-scroll">
      <table class="table list">
        <thead>
          <tr>
            <th scope="col">View</th>
            <th scope="col">About</th>
            <th scope="col">API</th>
          </tr>
        </thead>
        <tbody>
          {views.map((view) => {
            const url = absolute(urlOf(`views/${encodeURIComponent(view.name)}`));
            const title = view.title || view.name;
            return (
              <tr key={view.name}>
                <th scope="row">
                  {view.selection ? (
                    <a href={hrefOf(["nodes"], view.selection)}>{title}</a>
                  ) : (
                    <a href={url} target="_blank" rel="noopener">
                      {title}
                    </a>
                  )}
                </th>
                <td data-label="About">{view.description ?? ""}</td>
                <td data-label="API">
                  <Copy text={url} label={`Copy the API URL of ${title}`}>
                    Copy URL
                  </Copy>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
