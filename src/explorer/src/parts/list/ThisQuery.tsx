/** How the same is asked elsewhere: the URL, curl, Python; each can be copied. */

import { absolute } from "../../api/http";
import { site } from "../../site";
import { Copy } from "../small";
import { Menu } from "../Menu";

export function ThisQuery({ url }: { url: string }) {
  const whole = absolute(url);
  const all: readonly (readonly [string, string])[] = [
    ["API URL", whole],
    ["curl", curlOf(whole, site.login)],
    ["Python", pythonOf(whole, site.login)],
  ];
  return (
    <Menu title="This query" kind="wide">
      {() =>
        all.map(([name, text]) => (
          <section key={name}>
            <h3>
              {name}{" "}
              <Copy text={text} label={`Copy: ${name}`}>
                Copy
              </Copy>
            </h3>
            <pre class="snippet">{text}</pre>
          </section>
        ))
      }
    </Menu>
  );
}

/** A shell command; single quotes keep every sign as it is. */
export function curlOf(url: string, login: "basic" | "token" | null = null): string {
  const quoted = `'${url.replaceAll("'", "'\\''")}'`;
  if (login === "token") return `curl -s -H "Authorization: Bearer $TOKEN" ${quoted}`;
  return login === "basic" ? `curl -s -u "$USER" ${quoted}` : `curl -s ${quoted}`;
}

/** Python without anything to install; the URL is encoded already, so no client changes it. */
export function pythonOf(url: string, login: "basic" | "token" | null = null): string {
  const text = JSON.stringify(url);
  const lines = ["import json", "from urllib.request import Request, urlopen", ""];
  lines.push(`request = Request(${text})`);
  if (login === "token") lines.push('request.add_header("Authorization", "Bearer " + token)');
  if (login === "basic") lines.push('request.add_header("Authorization", "Basic " + credentials)');
  lines.push("with urlopen(request) as answer:", '    data = json.load(answer)["data"]');
  return lines.join("\n");
}
