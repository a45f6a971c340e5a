{{/* Names and labels. Templates that speak of one service take (dict "root" $ "name" "chat"). */}}

{{- define "madeleine.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "madeleine.serviceName" -}}
{{- printf "%s-%s" (include "madeleine.fullname" .root) .name -}}
{{- end -}}

{{- define "madeleine.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .name }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{- define "madeleine.labels" -}}
{{ include "madeleine.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "madeleine.image" -}}
{{- $image := .root.Values.image -}}
{{- printf "%s/madeleine-%s:%s" $image.registry .name ($image.tag | default .root.Chart.AppVersion) -}}
{{- end -}}

{{- define "madeleine.adapterClaim" -}}
{{- .Values.adapterStore.existingClaim | default (printf "%s-adapters" (include "madeleine.fullname" .)) -}}
{{- end -}}

{{- define "madeleine.attachmentsClaim" -}}
{{- .Values.attachments.existingClaim | default (printf "%s-attachments" (include "madeleine.fullname" .)) -}}
{{- end -}}

{{/* The workload of one role: the service's own name where it is the only role. */}}
{{- define "madeleine.workload" -}}
{{- if eq (len .service.roles) 1 -}}
{{- include "madeleine.serviceName" . -}}
{{- else -}}
{{- printf "%s-%s" (include "madeleine.serviceName" .) .role.name -}}
{{- end -}}
{{- end -}}
