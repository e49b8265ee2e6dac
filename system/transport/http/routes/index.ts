/** The HTTP API: every route, by what it is about. */
import { audioUrlRoutes } from './audio.ts';
import { catalogueRoutes } from './catalogue.ts';
import { labelRoutes } from './labels.ts';
import { listeningRoutes } from './listening.ts';
import { playlistRoutes } from './playlists.ts';
import type { Route } from './route.ts';
import { searchRoutes } from './search.ts';

export { type Asked, type LabelApi, PUBLICATIONS, type PublicApi, type Route } from './route.ts';

export const ROUTES: readonly Route[] = [
  ...playlistRoutes,
  ...catalogueRoutes,
  ...searchRoutes,
  ...listeningRoutes,
  ...audioUrlRoutes,
  ...labelRoutes,
];
