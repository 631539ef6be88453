/** The head of a binary file as a dump, or a file as a picture. */

import { useEffect, useState } from "preact/hooks";

import { raw, type ApiError } from "../../../api/http";
import { asApiError } from "../../../api/useAnswer";
import { bytes, count } from "../../../parts/format";
import { Failure, Skeleton } from "../../../parts/states";
import { hexLines, readPiece, type Piece } from "./bytes";

const HEAD = 4096;
const MOST = 64 * HEAD;
/** Bytes of a picture that is loaded unasked. */
const PICTURE = 20_000_000;

export function HexView({ url, name }: { url: string; name: string }) {
  const [length, setLength] = useState(HEAD);
  const [piece, setPiece] = useState<Piece | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  useEffect(() => {
    let isWanted = true;
    readPiece(url, 0, length).then(
      (found) => isWanted && setPiece(found),
      (reason: unknown) => isWanted && setError(asApiError(reason)),
    );
    return () => {
      isWanted = false;
    };
  }, [url, length]);
  if (error) return <Failure error={error} />;
  if (!piece) return <Skeleton lines={12} />;
  const shown = piece.bytes.slice(0, length);
  return (
    <>
      <pre class="hex" tabIndex={0} role="region" aria-label={`Bytes of ${name}`}>
        {hexLines(shown).join("\n")}
      </pre>
      {shown.length < piece.size && (
        <p>
          The first {count(shown.length)} of {count(piece.size)} bytes are shown.{" "}
          {length < MOST && (
            <button type="button" onClick={() => setLength(Math.min(MOST, length * 8))}>
              Show more
            </button>
          )}
        </p>
      )}
    </>
  );
}

export function PictureView(props: {
  url: string;
  name: string;
  type: string;
  size: number | null;
}) {
  const { url, name, type, size } = props;
  const [isWanted, setWanted] = useState((size ?? 0) <= PICTURE);
  const [source, setSource] = useState<string | null>(null);
  const [pixels, setPixels] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  useEffect(() => {
    if (!isWanted) return undefined;
    let made: string | null = null;
    let isShown = true;
    raw(url)
      .then((response) => response.arrayBuffer())
      .then(
        (buffer) => {
          if (!isShown) return;
          made = URL.createObjectURL(new Blob([buffer], { type }));
          setSource(made);
        },
        (reason: unknown) => isShown && setError(asApiError(reason)),
      );
    return () => {
      isShown = false;
      if (made) URL.revokeObjectURL(made);
    };
  }, [url, type, isWanted]);
  if (error) return <Failure error={error} />;
  if (!isWanted) {
    return (
      <p>
        This picture has {bytes(size ?? 0)}.{" "}
        <button type="button" onClick={() => setWanted(true)}>
          Load it
        </button>
      </p>
    );
  }
  if (!source) return <Skeleton lines={12} />;
  return (
    <figure class="picture">
      <img
        src={source}
        alt={name}
        onLoad={({ currentTarget: image }) =>
          setPixels(`${count(image.naturalWidth)} × ${count(image.naturalHeight)} pixels`)
        }
        onError={() => setPixels("This file is damaged: it cannot be drawn as a picture.")}
      />
      <figcaption class="muted">{pixels}</figcaption>
    </figure>
  );
}
