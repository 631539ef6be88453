/** The input and output files of a calculation job, side by side. */

import "./jobFiles.css";

import { useEffect, useState } from "preact/hooks";

import { raw, urlOf, type ApiError } from "../../../api/http";
import type { NodeDetail } from "../../../api/types";
import { asApiError, useAnswer } from "../../../api/useAnswer";
import { bytes } from "../../../parts/format";
import { Download } from "../../../parts/Download";
import { Boundary, Failure, Loaded, Panel, Skeleton } from "../../../parts/states";
import { hrefOf, setTerms, terms } from "../../../router/router";
import { quoted, viewValue, withView } from "../../../router/selection";
import type { TabProps } from "../tab";
import { contentsUrl, firstOf, ofSide, PREVIEW, type JobFile, type Side } from "./jobFiles";

export default function JobFilesTab({ node }: TabProps) {
  const answer = useAnswer<{ files: readonly JobFile[] }>(
    urlOf(`calcjobs/${node.uuid}/files`, { metadata: 1 }),
  );
  return (
    <Loaded answer={answer} lines={10}>
      {({ files }) => (
        <div class="node-pair">
          <FilesOf node={node} files={files} side="inputs" title="Sent" />
          <FilesOf node={node} files={files} side="outputs" title="Brought back" />
        </div>
      )}
    </Loaded>
  );
}

/** The address of a file in the tab of files. */
export function hrefOfFile(job: string, side: Side, path: string): string {
  return hrefOf(
    ["nodes", job, "files", ...path.split("/")],
    side === "outputs" ? "side=outputs" : "",
  );
}

function FilesOf(props: {
  node: NodeDetail;
  files: readonly JobFile[];
  side: Side;
  title: string;
}) {
  const { node, files, side, title } = props;
  const own = ofSide(files, side);
  const asked = viewValue(terms.value, side);
  const shown =
    own.find((file) => file.path === asked && file.type === "FILE") ??
    firstOf(files, side, node.attributes);
  return (
    <Panel title={title}>
      {own.length === 0 && <p class="muted">No files.</p>}
      <ul class="job-files">
        {own.map((file) => (
          <li key={file.path}>
            {file.type === "FILE" ? (
              <button
                type="button"
                class="plain mono"
                aria-pressed={file === shown}
                onClick={() => setTerms(withView(terms.peek(), side, quoted(file.path)))}
              >
                {file.name}
              </button>
            ) : (
              <a class="mono" href={hrefOfFile(node.uuid, side, file.path)}>
                {file.name}/
              </a>
            )}
            <span class="muted">{file.size == null ? "" : bytes(file.size)}</span>
          </li>
        ))}
      </ul>
      {shown && (
        <Boundary key={shown.path}>
          <Preview job={node.uuid} file={shown} />
        </Boundary>
      )}
    </Panel>
  );
}

interface State {
  readonly url: string;
  readonly text: string | null;
  readonly error: ApiError | null;
}

function Preview({ job, file }: { job: string; file: JobFile }) {
  const url = contentsUrl(file);
  const isShown = !file.binary && file.size !== 0;
  const [state, setState] = useState<State | null>(null);
  useEffect(() => {
    if (!isShown) return undefined;
    let isWanted = true;
    raw(url, { Range: `bytes=0-${PREVIEW - 1}` })
      .then((response) => response.text())
      .then(
        (text) => isWanted && setState({ url, text, error: null }),
        (error: unknown) => isWanted && setState({ url, text: null, error: asApiError(error) }),
      );
    return () => {
      isWanted = false;
    };
  }, [url, isShown]);
  const size = file.size ?? 0;
  return (
    <>
      <p class="job-file-head">
        <a class="mono" href={hrefOfFile(job, file.side, file.path)}>
          {file.path}
        </a>
        <Download url={url} name={file.name}>
          Download
        </Download>
      </p>
      {file.size === 0 && <p class="muted">This file is empty.</p>}
      {file.binary && <p class="muted">This is no text. The tab of files shows its bytes.</p>}
      {isShown && <Text state={state?.url === url ? state : null} />}
      {isShown && size > PREVIEW && (
        <p class="muted">
          The first {bytes(PREVIEW)} of {bytes(size)} —{" "}
          <a href={hrefOfFile(job, file.side, file.path)}>show all</a>
        </p>
      )}
    </>
  );
}

function Text({ state }: { state: State | null }) {
  if (!state) return <Skeleton lines={6} />;
  if (state.error) return <Failure error={state.error} />;
  return (
    <pre class="job-file" tabIndex={0}>
      {state.text}
    </pre>
  );
}
