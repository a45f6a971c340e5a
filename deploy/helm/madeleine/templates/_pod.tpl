{{/* The pod of one role of one service: (dict "root" $ "name" "chat" "fact" {...} "service" {...} "role" {...}). */}}

{{- define "madeleine.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "madeleine.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* What `migrate` needs as well as every other role. */}}
{{- define "madeleine.baseEnv" -}}
{{- $values := .root.Values -}}
- name: MADELEINE_LOG_LEVEL
  value: {{ $values.log.level }}
- name: MADELEINE_LOG_FORMAT
  value: {{ $values.log.format }}
- name: MADELEINE_DATA_DIR
  value: /var/lib/madeleine
{{- if has "postgres" .fact.needs }}
- name: MADELEINE_DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ $values.postgres.existingSecret }}
      key: {{ .name }}
{{- end }}
{{- end -}}

{{- define "madeleine.env" -}}
{{- $values := .root.Values -}}
{{- $root := .root -}}
{{ include "madeleine.baseEnv" . }}
{{- if .fact.http }}
- name: MADELEINE_GATEWAY_LISTEN
  value: "0.0.0.0:8080"
- name: MADELEINE_GATEWAY_OPENAI_ADDRESS
  value: "{{ include "madeleine.serviceName" (dict "root" $root "name" "inference") }}.{{ $root.Release.Namespace }}.svc:7080"
- name: MADELEINE_GATEWAY_LIVE_ADDRESS
  value: "{{ include "madeleine.serviceName" (dict "root" $root "name" "miniapp") }}.{{ $root.Release.Namespace }}.svc:7081"
{{- else }}
- name: MADELEINE_LISTEN
  value: "0.0.0.0:7000"
- name: MADELEINE_SERVICE_KEY_FILE
  value: /run/madeleine/service.pem
- name: MADELEINE_SERVICE_JWKS_FILE
  value: /run/madeleine/services.jwks.json
{{- if $values.metrics.enabled }}
- name: MADELEINE_METRICS_LISTEN
  value: "0.0.0.0:9100"
- name: MADELEINE_GAUGES_EVERY_S
  value: {{ $values.metrics.gaugesEverySeconds | quote }}
{{- end }}
{{- end }}
{{- with $values.otlp.endpoint }}
- name: MADELEINE_OTLP_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- if has "nats" .fact.needs }}
- name: MADELEINE_NATS_URL
  valueFrom:
    secretKeyRef:
      name: {{ $values.nats.existingSecret }}
      key: {{ $values.nats.key }}
- name: MADELEINE_NATS_REPLICAS
  value: {{ $values.nats.streamReplicas | quote }}
- name: MADELEINE_NATS_MAX_AGE_DAYS
  value: {{ $values.nats.maxAgeDays | int64 | quote }}
- name: MADELEINE_NATS_MAX_BYTES
  value: {{ $values.nats.maxBytes | int64 | quote }}
- name: MADELEINE_NATS_MAX_MESSAGES
  value: {{ $values.nats.maxMessages | int64 | quote }}
- name: MADELEINE_OUTBOX_MOST
  value: {{ $values.nats.outboxMost | int64 | quote }}
{{- end }}
{{- if has "temporal" .fact.needs }}
- name: MADELEINE_TEMPORAL_ADDRESS
  value: {{ required "temporal.address: host:port of your Temporal frontend is needed" $values.temporal.address | quote }}
- name: MADELEINE_TEMPORAL_NAMESPACE
  value: {{ $values.temporal.namespace | quote }}
{{- end }}
{{- range .fact.calls }}
- name: {{ printf "MADELEINE_%s_ADDRESS" (upper .) }}
  value: "{{ include "madeleine.serviceName" (dict "root" $root "name" .) }}.{{ $root.Release.Namespace }}.svc:7000"
{{- end }}
{{- if .fact.openai }}
- name: MADELEINE_INFERENCE_OPENAI_LISTEN
  value: "0.0.0.0:7080"
{{- end }}
{{- if .fact.live }}
- name: MADELEINE_MINIAPP_LIVE_LISTEN
  value: "0.0.0.0:7081"
{{- end }}
{{- if eq .name "identity" }}
- name: MADELEINE_IDENTITY_MASTER_KEY_FILE
  value: /run/madeleine/master.key
{{- end }}
{{- if .fact.store }}
- name: MADELEINE_MODEL_DIR
  value: /var/lib/madeleine/models
- name: {{ printf "MADELEINE_%s_ADAPTER_STORE" (upper .name) }}
  value: /var/lib/madeleine/adapters
{{- end }}
{{- if .fact.attachments }}
- name: MADELEINE_CHAT_ATTACHMENTS_URL
  value: {{ $values.attachments.url | default "/var/lib/madeleine/attachments" | quote }}
{{- end }}
{{- range $key, $value := .service.env }}
- name: {{ $key }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- define "madeleine.probes" -}}
{{- range $probe, $timing := dict "startupProbe" .service.startup "readinessProbe" (dict "periodSeconds" 5) "livenessProbe" (dict "periodSeconds" 20 "failureThreshold" 3) }}
{{ $probe }}:
  {{- if $.fact.http }}
  httpGet:
    path: /healthz
    port: http
  {{- else }}
  grpc:
    port: 7000
  {{- end }}
  timeoutSeconds: 5
  {{- toYaml $timing | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "madeleine.pod" -}}
{{- $values := .root.Values -}}
metadata:
  labels:
    {{- include "madeleine.labels" . | nindent 4 }}
    madeleine/role: {{ .role.name }}
    {{- if has .role.name (list "all" "serve") }}
    madeleine/serves: "true"
    {{- end }}
  {{- with $values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "madeleine.serviceName" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: 30
  securityContext:
    {{- include "madeleine.podSecurity" . | nindent 4 }}
  {{- with $values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "madeleine.selector" . | nindent 10 }}
          madeleine/role: {{ .role.name }}
  {{- with .service.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .service.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .name }}
      image: {{ include "madeleine.image" . | quote }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      args: [{{ .role.name }}]
      env:
        {{- include "madeleine.env" . | nindent 8 }}
      {{- if and .fact.attachments $values.attachments.url $values.attachments.credentialsSecret }}
      envFrom:
        - secretRef:
            name: {{ $values.attachments.credentialsSecret }}
      {{- end }}
      ports:
        {{- if .fact.http }}
        - name: http
          containerPort: 8080
        {{- else }}
        - name: grpc
          containerPort: 7000
        {{- end }}
        {{- if .fact.openai }}
        - name: openai
          containerPort: 7080
        {{- end }}
        {{- if .fact.live }}
        - name: live
          containerPort: 7081
        {{- end }}
        {{- if and $values.metrics.enabled (not .fact.http) }}
        - name: metrics
          containerPort: 9100
        {{- end }}
      {{- include "madeleine.probes" . | nindent 6 }}
      resources:
        {{- toYaml (.role.resources | default .service.resources) | nindent 8 }}
      securityContext:
        {{- include "madeleine.containerSecurity" . | nindent 8 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        - name: data
          mountPath: /var/lib/madeleine
        {{- with .fact.store }}
        - name: adapters
          mountPath: /var/lib/madeleine/adapters
          readOnly: {{ eq . "read" }}
        {{- end }}
        {{- if and .fact.attachments (not $values.attachments.url) }}
        - name: attachments
          mountPath: /var/lib/madeleine/attachments
        {{- end }}
        {{- if not .fact.http }}
        - name: keys
          mountPath: /run/madeleine
          readOnly: true
        {{- end }}
  volumes:
    - name: tmp
      emptyDir: {}
    {{- if not .fact.stateful }}
    - name: data
      emptyDir: {}
    {{- end }}
    {{- if .fact.store }}
    - name: adapters
      persistentVolumeClaim:
        claimName: {{ include "madeleine.adapterClaim" .root }}
    {{- end }}
    {{- if and .fact.attachments (not $values.attachments.url) }}
    - name: attachments
      persistentVolumeClaim:
        claimName: {{ include "madeleine.attachmentsClaim" .root }}
    {{- end }}
    {{- if not .fact.http }}
    - name: keys
      projected:
        defaultMode: 0440
        sources:
          - secret:
              name: {{ $values.keys.serviceKeysSecret }}
              items:
                - key: {{ .name }}.pem
                  path: service.pem
                - key: services.jwks.json
                  path: services.jwks.json
          {{- if eq .name "identity" }}
          - secret:
              name: {{ $values.keys.masterKeySecret }}
              items:
                - key: master.key
                  path: master.key
          {{- end }}
    {{- end }}
{{- end -}}
