/** One file: what it is, what can be done with it, and its content. */

import { Bytes, Copy } from "../../../parts/small";
import { Download } from "../../../parts/Download";
import { Boundary } from "../../../parts/states";
import { setTerms, terms } from "../../../router/router";
import { viewValue, withView } from "../../../router/selection";
import { pictureType } from "./bytes";
import { HexView, PictureView } from "./BytesView";
import { contentUrl, type Entry } from "./listing";
import { TextView } from "./TextView";

type Form = "text" | "picture" | "bytes";

const TITLES: Readonly<Record<Form, string>> = {
  text: "Text",
  picture: "Picture",
  bytes: "Bytes",
};

/** The ways to show a file; the first one is shown unless the address says otherwise. */
function formsOf(entry: Entry): readonly Form[] {
  const type = pictureType(entry.name);
  if (type === "image/svg+xml") return ["picture", "text", "bytes"];
  if (type) return ["picture", "bytes"];
  return entry.isBinary ? ["bytes", "text"] : ["text", "bytes"];
}

export function FileView({ entry }: { entry: Entry }) {
  const url = contentUrl(entry.uuid, entry.path);
  const forms = formsOf(entry);
  const asked = viewValue(terms.value, "view");
  const form = forms.find((one) => one === asked) ?? forms[0] ?? "text";
  return (
    <section class="file" aria-label={entry.path}>
      <header class="file-head">
        <h2 class="mono">{entry.name}</h2>
        <span class="muted">
          <Bytes size={entry.size} /> {entry.mimeType}
        </span>
        {entry.sha256 && (
          <Copy text={entry.sha256} label={`Copy the sha256 ${entry.sha256}`}>
            <span class="muted mono">sha256 {entry.sha256.slice(0, 10)}…</span>
          </Copy>
        )}
        <Copy text={entry.path} label="Copy the path">
          Copy path
        </Copy>
        <span class="spacer" />
        {forms.length > 1 && entry.size !== 0 && (
          <span class="forms" role="group" aria-label="Show as">
            {forms.map((one) => (
              <button
                key={one}
                type="button"
                aria-pressed={one === form}
                onClick={() =>
                  setTerms(withView(terms.peek(), "view", one === forms[0] ? null : one))
                }
              >
                {TITLES[one]}
              </button>
            ))}
          </span>
        )}
        <Download url={url} name={entry.name}>
          Download
        </Download>
      </header>
      <Boundary key={`${url} ${form}`}>
        <Content entry={entry} url={url} form={form} />
      </Boundary>
    </section>
  );
}

function Content({ entry, url, form }: { entry: Entry; url: string; form: Form }) {
  if (entry.size === 0) return <p class="muted">This file is empty.</p>;
  switch (form) {
    case "text":
      return <TextView url={url} name={entry.name} />;
    case "picture":
      return (
        <PictureView
          url={url}
          name={entry.name}
          type={pictureType(entry.name) ?? "image/png"}
          size={entry.size}
        />
      );
    case "bytes":
      return <HexView url={url} name={entry.name} />;
  }
}
