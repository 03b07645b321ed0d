# Spark Control as a plain container. Build: docker build -t spark-control . ; run: docker run -p 9999:9999 -v spark-control:/data spark-control
ARG NODE_IMAGE=node:24-bookworm-slim
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# the platform's own Node comes with the image; the packages' copy of it is for hosts without Node 24
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --omit=optional

FROM ${NODE_IMAGE}
RUN apt-get update && apt-get install -y --no-install-recommends tini ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE /app/THIRD_PARTY_NOTICES ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/recipes ./recipes
RUN mkdir /data && chown node:node /data
USER node
ENV HOST=0.0.0.0 PORT=9999 DATA_DIR=/data
EXPOSE 9999
VOLUME /data
ENTRYPOINT ["tini", "--"]
CMD ["node", "dist/server/main.js"]
