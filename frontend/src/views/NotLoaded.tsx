/** Stands in for a part of the page that is loaded when it is asked for. */
export function NotLoaded() {
  return (
    <p className="problem" role="alert">
      This part of the page could not be loaded. Load the page again when there is a network.
    </p>
  );
}
