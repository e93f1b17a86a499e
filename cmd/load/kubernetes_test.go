package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"call-load-tester/pkg/cli"
)

// An object is one of kubernetes.yaml, with the fields that stand there, and no
// others. Kubernetes API reference, v1: ConfigMap, Secret, Service, NetworkPolicy, Job.
type object struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Metadata   metadata `json:"metadata"`

	Data       map[string]string `json:"data"`
	StringData map[string]string `json:"stringData"`
	Spec       struct {
		Selector map[string]string `json:"selector"`
		Ports    []port            `json:"ports"`

		PodSelector selector `json:"podSelector"`
		PolicyTypes []string `json:"policyTypes"`
		Ingress     []struct {
			From []struct {
				PodSelector selector `json:"podSelector"`
			} `json:"from"`
			Ports []port `json:"ports"`
		} `json:"ingress"`

		BackoffLimit     int              `json:"backoffLimit"`
		PodFailurePolicy podFailurePolicy `json:"podFailurePolicy"`
		Completions      int              `json:"completions"`
		Parallelism      int              `json:"parallelism"`
		Template         struct {
			Metadata metadata `json:"metadata"`
			Spec     pod      `json:"spec"`
		} `json:"template"`
	} `json:"spec"`
}

type metadata struct {
	Name   string            `json:"name"`
	Labels map[string]string `json:"labels"`
}

type selector struct {
	MatchLabels map[string]string `json:"matchLabels"`
}

type port struct {
	Name string `json:"name"`
	Port int    `json:"port"`
}

type podFailurePolicy struct {
	Rules []failureRule `json:"rules"`
}

type failureRule struct {
	Action      string `json:"action"`
	OnExitCodes struct {
		ContainerName string `json:"containerName"`
		Operator      string `json:"operator"`
		Values        []int  `json:"values"`
	} `json:"onExitCodes"`
}

type pod struct {
	RestartPolicy                string `json:"restartPolicy"`
	AutomountServiceAccountToken *bool  `json:"automountServiceAccountToken"`
	TopologySpreadConstraints    []struct {
		MaxSkew           int      `json:"maxSkew"`
		TopologyKey       string   `json:"topologyKey"`
		WhenUnsatisfiable string   `json:"whenUnsatisfiable"`
		LabelSelector     selector `json:"labelSelector"`
	} `json:"topologySpreadConstraints"`
	Containers []container `json:"containers"`
	Volumes    []volume    `json:"volumes"`
}

type volume struct {
	Name      string    `json:"name"`
	ConfigMap *metadata `json:"configMap"`
	EmptyDir  *struct{} `json:"emptyDir"`
}

type container struct {
	Name  string   `json:"name"`
	Image string   `json:"image"`
	Args  []string `json:"args"`
	Env   []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"env"`
	EnvFrom []struct {
		SecretRef metadata `json:"secretRef"`
	} `json:"envFrom"`
	Ports []struct {
		ContainerPort int `json:"containerPort"`
	} `json:"ports"`
	Resources struct {
		Requests map[string]string `json:"requests"`
	} `json:"resources"`
	SecurityContext struct {
		AllowPrivilegeEscalation *bool `json:"allowPrivilegeEscalation"`
		Capabilities             struct {
			Drop []string `json:"drop"`
		} `json:"capabilities"`
		ReadOnlyRootFilesystem bool `json:"readOnlyRootFilesystem"`
		RunAsNonRoot           bool `json:"runAsNonRoot"`
		RunAsUser              int  `json:"runAsUser"`
	} `json:"securityContext"`
	VolumeMounts []struct {
		Name      string `json:"name"`
		MountPath string `json:"mountPath"`
		ReadOnly  bool   `json:"readOnly"`
	} `json:"volumeMounts"`
}

// The file for Kubernetes has no field that there is not, what it names is there,
// and its configuration and arguments are those of load.
func TestKubernetes(t *testing.T) {
	text, err := os.ReadFile("kubernetes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	objects := make(map[string]object)
	for part := range strings.SplitSeq(string(text), "\n---\n") {
		var o object
		if err := yaml.UnmarshalStrict([]byte(part), &o); err != nil {
			t.Fatalf("%v in\n%s", err, part)
		}
		objects[o.Kind+" "+o.Metadata.Name] = o
	}
	files, secret, master, workers := objects["ConfigMap load"], objects["Secret load"], objects["Job load-master"], objects["Job load-worker"]
	service, policy := objects["Service load-master"], objects["NetworkPolicy load-master"]

	s := newSetup()
	s.worker = true
	problems := s.configure("tw_load.ini", files.Data["tw_load.ini"])
	if problems = append(problems, s.readData("tw_data.txt", files.Data["tw_data.txt"])...); len(problems) > 0 || s.attack.Rate != 1 {
		t.Errorf("%v, %+v", problems, s.attack)
	}
	worker := workers.Spec.Template.Spec.Containers[0]
	o, problems := parse(worker.Args)
	mount := worker.VolumeMounts[0].MountPath
	if len(problems) > 0 || !o.worker || o.config != mount+"/tw_load.ini" || o.data != mount+"/tw_data.txt" || files.Data["tw_load.ini"] == "" {
		t.Errorf("%v, %+v", problems, o)
	}
	if secret.StringData["TWILIO_AUTH_TOKEN"] == "" || worker.EnvFrom[0].SecretRef.Name != secret.Metadata.Name || worker.Env[0].Name != "LOCUST_MASTER_NODE_HOST" || worker.Env[0].Value != service.Metadata.Name {
		t.Errorf("the workers' environment is %+v and %+v", worker.Env, worker.EnvFrom)
	}
	label := master.Spec.Template.Metadata.Labels["app"]
	if service.Spec.Selector["app"] != label || service.Spec.Ports[0].Port != 5557 || policy.Spec.PodSelector.MatchLabels["app"] != label ||
		policy.Spec.Ingress[0].From[0].PodSelector.MatchLabels["app"] != workers.Spec.Template.Metadata.Labels["app"] || policy.Spec.Ingress[0].Ports[0].Port != 5557 {
		t.Errorf("the master is %q, the service %+v, the policy %+v", label, service.Spec, policy.Spec)
	}
	args := master.Spec.Template.Spec.Containers[0].Args
	if want := args[slices.Index(args, "--expect-workers")+1]; workers.Spec.Parallelism != 3 || workers.Spec.Completions != 3 || want != "3" {
		t.Errorf("%d workers at once, %d in all, and the master expects %s", workers.Spec.Parallelism, workers.Spec.Completions, want)
	}
	for _, job := range []object{master, workers} {
		pod := job.Spec.Template.Spec
		for _, mount := range pod.Containers[0].VolumeMounts {
			if !slices.ContainsFunc(pod.Volumes, func(v volume) bool { return v.Name == mount.Name }) {
				t.Errorf("%s mounts %s, which is no volume", job.Metadata.Name, mount.Name)
			}
		}
		if pod.RestartPolicy != "Never" || !pod.Containers[0].SecurityContext.RunAsNonRoot {
			t.Errorf("%s runs again, or as root: %+v", job.Metadata.Name, pod)
		}
	}
	rules := workers.Spec.PodFailurePolicy.Rules
	if master.Spec.BackoffLimit != 0 || workers.Spec.BackoffLimit != 2*workers.Spec.Completions || len(rules) != 1 {
		t.Fatalf("the master is tried %d times more, the workers %d times, but for %+v", master.Spec.BackoffLimit, workers.Spec.BackoffLimit, rules)
	}
	if on := rules[0].OnExitCodes; rules[0].Action != "FailJob" || on.ContainerName != worker.Name || on.Operator != "NotIn" || !slices.Equal(on.Values, []int{cli.StatusFailed}) {
		t.Errorf("workers are tried again but for %+v; want another exit status than that of no master", rules[0])
	}
}
