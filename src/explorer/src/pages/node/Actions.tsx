/** What can be done with a node: copy its address and citation, print it, download it, read it as JSON. */

import { absolute, hasToken, urlOf } from "../../api/http";
import type { NodeDetail } from "../../api/types";
import { useAnswer } from "../../api/useAnswer";
import { Download } from "../../parts/Download";
import { Menu } from "../../parts/Menu";
import { Copy } from "../../parts/small";
import { Loaded } from "../../parts/states";
import { FilesOfNode, Measured, Sized } from "../../parts/taking/Sized";
import { ofUuids } from "../../parts/taking/selection";
import { isProcess } from "../../parts/kinds";
import { hrefOf } from "../../router/router";
import { addressOf, citationOf } from "./describe";
import { nodeUrl } from "./useNode";

/** How curl sends a token, which a copied command never has in it. */
const TOKEN = '-H "Authorization: Bearer $TOKEN" ';

export function Actions({ node }: { node: NodeDetail }) {
  return (
    <div class="node-actions">
      <Copy text={addressOf(node.uuid)} label="Copy the address of this node">
        Copy address
      </Copy>
      <Copy text={citationOf(node)} label="Copy a sentence that cites this node">
        Cite
      </Copy>
      <button type="button" class="plain" onClick={() => window.print()}>
        Print
      </button>
      <a
        class="action"
        href={hrefOf(["compare"], [{ key: "nodes", operator: "=", value: node.uuid }])}
      >
        Compare
      </a>
      <Menu title="Download">{() => <Files node={node} />}</Menu>
      <Menu title="JSON" kind="items">
        {() => <AsJson node={node} />}
      </Menu>
    </div>
  );
}

/** What of a node can be taken away: as a file of its format, its files, what AiiDA imports. */
function Files({ node }: { node: NodeDetail }) {
  const { uuid } = node;
  const short = uuid.slice(0, 8);
  return (
    <>
      {node.node_type.startsWith("data.") && (
        <>
          <h3>In a format</h3>
          <Formats node={node} />
        </>
      )}
      <h3>As a folder or an archive</h3>
      <ul>
        {isProcess(node.node_type) && (
          <Measured
            url={urlOf(`processes/${uuid}/archive.zip`)}
            name={`${short}-folder.zip`}
            title="Folder with all that it called, as zip"
          />
        )}
        <FilesOfNode uuid={uuid} name={`${short}-files.zip`} title="Its files as zip" />
        <Sized
          path="nodes/archive.aiida"
          selection={ofUuids([uuid])}
          name={`${short}.aiida`}
          title="AiiDA archive, with its provenance"
        />
      </ul>
    </>
  );
}

/** The formats in which this type of data can be downloaded. */
function Formats({ node }: { node: NodeDetail }) {
  const answer = useAnswer<Record<string, readonly string[]>>(urlOf("nodes/download_formats"));
  return (
    <Loaded answer={answer} lines={2}>
      {(formats) => {
        const own = formats[node.full_type] ?? [];
        if (own.length === 0) return <p class="muted">There is no format for this type.</p>;
        return (
          <div class="taking">
            {own.map((format) => (
              <Download
                key={format}
                url={urlOf(`nodes/${node.uuid}/download`, { download_format: format })}
                name={`${node.uuid}.${format}`}
              >
                {format}
              </Download>
            ))}
          </div>
        );
      }}
    </Loaded>
  );
}

function AsJson({ node }: { node: NodeDetail }) {
  const whole = absolute(nodeUrl(node.uuid));
  const record = absolute(urlOf(`nodes/${node.uuid}/record`));
  return (
    <>
      {!hasToken() && (
        <>
          <a href={whole} target="_blank" rel="noreferrer">
            Open the answer behind this page
          </a>
          <a href={record} target="_blank" rel="noreferrer">
            Open the whole record
          </a>
        </>
      )}
      <Copy text={whole} label="Copy the address of the answer">
        Copy the API address
      </Copy>
      <Copy text={`curl -s ${hasToken() ? TOKEN : ""}'${whole}'`} label="Copy a command for curl">
        Copy for curl
      </Copy>
    </>
  );
}
